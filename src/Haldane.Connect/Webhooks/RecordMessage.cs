using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;

namespace Haldane.Connect.Webhooks;

/// <summary>A record as others are told of it: what happened, by whom and why. No specification, no prompt, no answer, no address.</summary>
internal sealed record RecordData
{
    // Reasons are a sentence or two; what is longer is somebody's own text, and the ledger has all of it.
    private const int LongestWhy = 2_000;

    public required long Number { get; init; }

    public required string Kind { get; init; }

    public string? Rollout { get; init; }

    public string? Model { get; init; }

    public int? Run { get; init; }

    /// <summary>What was set or removed: <c>freeze</c> or <c>token</c>.</summary>
    public string? Setting { get; init; }

    /// <summary>The name of what was set or removed.</summary>
    public string? Name { get; init; }

    public required string By { get; init; }

    public required string Why { get; init; }

    /// <summary>Index of the stage after the decision, from 0.</summary>
    public int? Stage { get; init; }

    /// <summary>The canary's share before the decision, in basis points.</summary>
    public int? From { get; init; }

    /// <summary>The canary's share after the decision, in basis points.</summary>
    public int? To { get; init; }

    /// <summary>The guard that the canary is taken back for.</summary>
    public string? Guard { get; init; }

    /// <summary>The segment in which that guard failed; null where it failed for everyone.</summary>
    public string? Segment { get; init; }

    public static RecordData Of(LedgerRecord record, LedgerEntry entry)
    {
        var isOfRollout = entry.Rollout.Length > 0;
        var failed = entry.Kind is "rolled-back" or "returning" ? entry.Verdicts.WorstFailure() : null;
        return new()
        {
            Number = record.Number,
            Kind = entry.Kind,
            Rollout = isOfRollout ? entry.Rollout : null,
            Model = isOfRollout ? entry.Model : null,
            Run = isOfRollout ? entry.Run : null,
            Setting = entry.Setting?.Kind,
            Name = entry.Setting?.Name,
            By = entry.By,
            Why = entry.Why.Length > LongestWhy ? entry.Why[..LongestWhy] + "…" : entry.Why,
            Stage = isOfRollout ? entry.Stage : null,
            From = isOfRollout ? entry.From.BasisPoints : null,
            To = isOfRollout ? entry.To.BasisPoints : null,
            Guard = failed?.Guard,
            Segment = failed?.Segment,
        };
    }
}

/// <summary>An event in the JSON format of CloudEvents 1.0, section 3.1.</summary>
internal sealed record CloudEvent(
    [property: JsonPropertyName("specversion")] string SpecVersion,
    string Id,
    Uri Source,
    string Type,
    string Subject,
    DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    RecordData Data)
{
    public const string MediaType = "application/cloudevents+json";

    /// <summary>The event of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="entry">What it says.</param>
    /// <param name="source">The ledger that it stands in.</param>
    public static CloudEvent Of(LedgerRecord record, LedgerEntry entry, Uri source) => new(
        "1.0",
        IdOf(record),
        source,
        $"dev.haldane.{(entry.Setting is null ? "rollout" : "setting")}.{entry.Kind}",
        entry.Setting is { } setting ? $"{setting.Kind}/{setting.Name}" : entry.Rollout,
        entry.At.ToUniversalTime(),
        "application/json",
        RecordData.Of(record, entry));

    /// <summary>The id of a record's message, the same at every attempt: its number, and the beginning of its hash so that the records of two ledgers differ.</summary>
    public static string IdOf(LedgerRecord record) => string.Create(CultureInfo.InvariantCulture, $"{record.Number}-{record.Hash.AsSpan(0, 16)}");
}

/// <summary>What an incoming webhook of Slack takes.</summary>
internal sealed record SlackMessage(string Text)
{
    public const string MediaType = "application/json";

    /// <summary>One line on a record: what, by whom, why.</summary>
    public static SlackMessage Of(LedgerRecord record, LedgerEntry entry)
    {
        var data = RecordData.Of(record, entry);
        var what = data.Setting is null
            ? $"{data.Rollout} (model {data.Model}): {Words(data.Kind)}{(entry.From == entry.To ? $", canary at {entry.To}" : $", canary from {entry.From} to {entry.To}")}"
            : $"{data.Setting} {data.Name}: {Words(data.Kind)}";
        var guard = data.Guard is null ? "" : $" (guard {data.Guard}{(data.Segment is null ? "" : $", {data.Segment}")})";
        return new(Plain($"{what}, by {data.By}: {data.Why}{guard}"));
    }

    private static string Words(string kind) => kind.Replace('-', ' ');

    // Slack's own three escapes: without them a reason could call everyone (<!channel>) or hide an address behind a word.
    private static string Plain(string text) => new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)])
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

/// <summary>The JSON of messages.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudEvent))]
[JsonSerializable(typeof(SlackMessage))]
internal sealed partial class MessageJson : JsonSerializerContext;
