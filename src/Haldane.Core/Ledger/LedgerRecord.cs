using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Core.Ledger;

/// <summary>Something that was decided: by whom or what, when, why, on which evidence.</summary>
public sealed record LedgerEntry
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What: <c>started</c>, <c>stage-entered</c>, <c>held</c>, <c>paused</c>, <c>resumed</c>, <c>promoted</c>, <c>retired</c>, <c>returning</c>, <c>rolled-back</c>, <c>concluded</c>, <c>approved</c>; of no rollout: <c>set</c>, <c>removed</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The rollout's name; empty where it is about no rollout.</summary>
    public required string Rollout { get; init; }

    /// <summary>The rollout's run; 0 where there is none.</summary>
    public required int Run { get; init; }

    /// <summary>The model's name; empty where it is about no model.</summary>
    public required string Model { get; init; }

    /// <summary>Who or what decided: <c>judge</c>, <c>specification</c>, or a person.</summary>
    public required string By { get; init; }

    /// <summary>Why, one sentence.</summary>
    public required string Why { get; init; }

    /// <summary>Index of the stage after the decision.</summary>
    public required int Stage { get; init; }

    /// <summary>The canary's share before the decision.</summary>
    public required Share From { get; init; }

    /// <summary>The canary's share after it.</summary>
    public required Share To { get; init; }

    /// <summary>The verdicts that it rests on; empty when a person decided before there were any.</summary>
    public ValueList<Verdict> Verdicts { get; init; } = [];

    /// <summary>The last evidence slice that it rests on; 0 when there was none.</summary>
    public long EvidenceUpTo { get; init; }

    /// <summary>SHA-256 chained over the slices of this run up to that one, hex; empty when there was none.</summary>
    public string EvidenceDigest { get; init; } = "";

    /// <summary>For <c>started</c>: the specification of the rollout as JSON. Otherwise null.</summary>
    public JsonElement? Specification { get; init; }

    /// <summary>What was set or removed; null where it is about a rollout.</summary>
    public Setting? Setting { get; init; }

    /// <summary>For <c>started</c>: the specification of the model as JSON, without which the evidence's cells and classes have no names. Otherwise null.</summary>
    public JsonElement? ModelSpecification { get; init; }

    /// <summary>For <c>started</c>: what the inventory said of the model by then: owner, purpose, risk, data. Null where nobody said.</summary>
    public AboutSpec? About { get; init; }

    /// <summary>The rollout among whose records it stands: its own decisions, and what was set for it alone. Null where there is none.</summary>
    [JsonIgnore]
    public string? FiledUnder => Setting is { } setting ? setting.Rollout : Rollout;
}

/// <summary>An entry in its place in the chain.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Body">The entry as JSON, byte for byte what was hashed.</param>
/// <param name="Previous">Hash of the record before, hex; 64 zeros for the first.</param>
/// <param name="Hash">See <see cref="LedgerChain"/>, hex.</param>
public sealed record LedgerRecord(long Number, string Body, string Previous, string Hash)
{
    /// <summary>The entry, read from the body.</summary>
    /// <exception cref="JsonException">The body is not an entry.</exception>
    [JsonIgnore]
    public LedgerEntry Entry => JsonSerializer.Deserialize(Body, CoreJson.Default.LedgerEntry)
        ?? throw new JsonException("a ledger body is an object");

    /// <summary>The entry; null where the body is none, as of a record that was altered.</summary>
    [JsonIgnore]
    public LedgerEntry? EntryOrNull
    {
        get
        {
            try
            {
                return Entry;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
