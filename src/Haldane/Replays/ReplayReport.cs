using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Judge.Replay;

namespace Haldane.Replays;

/// <summary>What <c>haldane judge --replay</c> found, in its JSON form.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Equal">Whether every verdict and every digest came out as it was recorded.</param>
/// <param name="Runs">The runs, the oldest first.</param>
internal sealed record ReplayReport(string Rollout, bool Equal, IReadOnlyList<RunReport> Runs)
{
    public string ToJson() => JsonSerializer.Serialize(this, ReplayJson.Default.ReplayReport);
}

/// <summary>A run that was replayed.</summary>
/// <param name="Run">Its number.</param>
/// <param name="Equal">Whether all in it is as it was recorded.</param>
/// <param name="Slices">How many slices its records rest on.</param>
/// <param name="Records">Its records in order.</param>
internal sealed record RunReport(int Run, bool Equal, long Slices, IReadOnlyList<RecordReport> Records);

/// <summary>A record that was replayed, see <see cref="ReplayedRecord"/>.</summary>
internal sealed record RecordReport(long Number, DateTimeOffset At, string Kind, long EvidenceUpTo, int Verdicts, bool Equal, IReadOnlyList<string> Differences)
{
    public static RecordReport Of(ReplayedRecord record) =>
        new(record.Number, record.At, record.Kind, record.EvidenceUpTo, record.Verdicts, record.IsEqual, record.Differences);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReplayReport))]
internal sealed partial class ReplayJson : JsonSerializerContext;
