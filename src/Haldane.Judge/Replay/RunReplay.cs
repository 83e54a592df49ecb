using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Specification;

namespace Haldane.Judge.Replay;

/// <summary>A record of the ledger beside what its evidence says when it is judged anew.</summary>
public sealed record ReplayedRecord
{
    /// <summary>The record's number.</summary>
    public required long Number { get; init; }

    /// <summary>When it was recorded.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was decided, see <see cref="LedgerEntry.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The last slice that it rests on; 0 when there was none.</summary>
    public required long EvidenceUpTo { get; init; }

    /// <summary>How many verdicts it rests on.</summary>
    public required int Verdicts { get; init; }

    /// <summary>What differs, each in one sentence; empty when all is equal.</summary>
    public required ValueList<string> Differences { get; init; }

    /// <summary>Whether nothing differs.</summary>
    public bool IsEqual => Differences.Count == 0;
}

/// <summary>Judges the stored evidence of a run anew and compares the verdicts with those that the ledger recorded.</summary>
/// <remarks>
/// Slices and records come in order: all slices up to the one that a record rests on, then the record. So each slice is read once. Deterministic; for one
/// thread.
/// </remarks>
/// <param name="model">The model as it stands in the run's first record.</param>
/// <param name="rollout">The rollout as it stands there.</param>
/// <exception cref="ArgumentException">A guard's lines cannot be judged; the message says why.</exception>
public sealed class RunReplay(ModelSpec model, RolloutSpec rollout)
{
    private readonly JudgedRun _judged = new(model, rollout);
    private string _digest = "";
    private string? _obstacle;

    /// <summary>The last slice that came; 0 before the first.</summary>
    public long UpTo { get; private set; }

    /// <summary>Digest over the slices that came, hex; empty before the first.</summary>
    public string Digest => _digest;

    /// <summary>Why slices from some point on cannot be judged; null when all could.</summary>
    public string? Obstacle => _obstacle;

    /// <summary>Takes the next slice.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="body">The slice as it is stored.</param>
    /// <returns>The slice; null when it, or one before it, cannot be judged.</returns>
    public EvidenceSlice? Take(long number, string body)
    {
        if (number != UpTo + 1)
        {
            _obstacle ??= $"slice {UpTo + 1} is missing";
        }

        UpTo = number;
        _digest = LedgerChain.Extend(_digest, Encoding.UTF8.GetBytes(body));
        return _obstacle is null ? Judge(number, body) : null;
    }

    /// <summary>What the judge says to the slices that came so far, without a forecast.</summary>
    public Judgement Judge() => _judged.Judge(forecast: false);

    /// <summary>Compares a record with the slices that came so far.</summary>
    public ReplayedRecord Compare(long number, LedgerEntry entry) => new()
    {
        Number = number,
        At = entry.At,
        Kind = entry.Kind,
        EvidenceUpTo = entry.EvidenceUpTo,
        Verdicts = entry.Verdicts.Count,
        Differences = Differences(entry).ToValueList(),
    };

    private IEnumerable<string> Differences(LedgerEntry entry)
    {
        // What was decided without the judge rests on nothing that could be judged anew.
        if (entry is { EvidenceUpTo: 0, Verdicts.Count: 0 })
        {
            yield break;
        }

        if (entry.EvidenceUpTo != UpTo)
        {
            yield return entry.EvidenceUpTo > UpTo
                ? $"evidence: it rests on slice {entry.EvidenceUpTo}, the stored ones end at {UpTo}"
                : $"evidence: it rests on slice {entry.EvidenceUpTo}, a record before it on {UpTo}";
            yield break;
        }

        if (_digest != entry.EvidenceDigest)
        {
            yield return $"evidence: up to slice {UpTo} its digest is {Shown(_digest)}, recorded is {Shown(entry.EvidenceDigest)}";
        }

        if (_obstacle is not null)
        {
            yield return $"evidence: {_obstacle}; what comes after it cannot be judged";
            yield break;
        }

        var judgement = _judged.Judge();
        if (judgement.UpToSlice != UpTo)
        {
            yield return $"evidence: the last slice that counts is {judgement.UpToSlice}, recorded is {UpTo}";
        }

        foreach (var difference in VerdictComparison.Of(entry.Verdicts, judgement.Verdicts))
        {
            yield return difference;
        }
    }

    private EvidenceSlice? Judge(long number, string body)
    {
        try
        {
            var slice = JsonSerializer.Deserialize(body, CoreJson.Default.EvidenceSlice) ?? throw new JsonException("it is null");
            if (slice.Number != number)
            {
                throw new JsonException($"it says that it is slice {slice.Number}");
            }

            _judged.Take(slice, _digest);
            return slice;
        }
        catch (Exception e) // a slice that was altered may be anything; it is told, and the rest of the records with it
        {
            _obstacle = $"slice {number} cannot be judged: {e.Message}";
            return null;
        }
    }

    private static string Shown(string digest) => digest.Length == 0 ? "none" : digest;
}
