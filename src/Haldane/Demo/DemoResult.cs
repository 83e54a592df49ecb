using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Rollouts;

namespace Haldane.Demo;

/// <summary>How a scenario ended; what <c>--json</c> prints.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Phase">The phase that it ended in.</param>
/// <param name="Guard">The guard that rolled it back.</param>
/// <param name="Segment">The segment that was named.</param>
/// <param name="Share">The share that the canary had when it ended, basis points.</param>
/// <param name="Reason">Why, one sentence.</param>
/// <param name="Requests">Requests that the callers sent.</param>
/// <param name="CanaryRequests">Requests that were the canary's.</param>
/// <param name="CanaryFailures">Those that it failed; the baseline answered them.</param>
/// <param name="CallerErrors">Requests that the callers saw fail.</param>
/// <param name="Seconds">From the rollout's start to its end.</param>
internal sealed record DemoResult(
    string Scenario,
    Phase Phase,
    string? Guard,
    string? Segment,
    int Share,
    string Reason,
    long Requests,
    long CanaryRequests,
    long CanaryFailures,
    long CallerErrors,
    double Seconds)
{
    /// <summary>Calls that the callers had to leave out because too many were under way.</summary>
    [JsonIgnore]
    public long NotSent { get; init; }

    /// <summary>Calls that the gateway refused, because so many waited already.</summary>
    [JsonIgnore]
    public long NoRoom { get; init; }

    /// <summary>Posts of labels that the callers gave up.</summary>
    [JsonIgnore]
    public long FeedbackErrors { get; init; }

    /// <summary>What the callers saw fail, a few reasons.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> CallerSamples { get; init; } = [];

    // For terminals and scripts, not for pages: quotes and arrows stay as they are.
    private static readonly DemoJson Plain = new(new(DemoJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public string ToJson() => JsonSerializer.Serialize(this, Plain.DemoResult);

    /// <summary>What is not as it should be; empty when all is well.</summary>
    public IEnumerable<string> Mistakes(Scenario scenario, HoldReason? hold)
    {
        if (Phase != scenario.Ends)
        {
            yield return $"it is {Phase}, not {scenario.Ends}";
        }

        if (scenario.Guards.Length > 0 && !scenario.Guards.Contains(Guard))
        {
            yield return $"the guard was {Guard ?? "none"}, not {string.Join(" or ", scenario.Guards)}";
        }

        if (scenario.Segment is not null && Segment != scenario.Segment)
        {
            yield return $"the segment was {Segment ?? "none"}, not {scenario.Segment}";
        }

        if (scenario.Silence && hold != HoldReason.NoData)
        {
            yield return $"it holds for {hold}, not for NoData";
        }

        if (CallerErrors > 0)
        {
            yield return $"callers saw {CallerErrors} errors: {string.Join("; ", CallerSamples)}";
        }

        if (NoRoom > 0)
        {
            yield return $"the gateway had no room for {NoRoom} calls, so many waited: a model server or this whole machine stood still; run it again";
        }

        if (NotSent + FeedbackErrors > 0)
        {
            yield return $"callers left out {NotSent} calls and gave up {FeedbackErrors} posts of labels";
        }

        if (scenario.Guards.Contains("errors") && CanaryFailures == 0)
        {
            yield return "the canary did not fail at all";
        }
    }
}

/// <summary>What the caller program prints at its end, as far as we use it.</summary>
/// <param name="Requests">Requests that it sent.</param>
/// <param name="CallerErrors">Those that failed.</param>
/// <param name="NotSent">Calls left out because too many were under way.</param>
/// <param name="FeedbackErrors">Posts of labels that it gave up.</param>
/// <param name="Samples">Different reasons of errors, the first few.</param>
internal sealed record CallerReport(long Requests, long CallerErrors, long NotSent, long FeedbackErrors, IReadOnlyList<string> Samples);

/// <summary>JSON of the demo.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DemoResult))]
[JsonSerializable(typeof(CallerReport))]
internal sealed partial class DemoJson : JsonSerializerContext;
