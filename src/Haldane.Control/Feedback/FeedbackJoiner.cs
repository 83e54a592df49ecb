using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Exchanges;
using Haldane.Core.Feedback;
using Haldane.Core.Specification;

namespace Haldane.Control.Feedback;

/// <summary>What the joiner must know of a run.</summary>
/// <param name="Run">Its number.</param>
/// <param name="Rollout">The rollout's name.</param>
/// <param name="Model">The model.</param>
/// <param name="Stage">The stage that serves now; null when the run has ended.</param>
/// <param name="Share">The share that the canary serves now.</param>
internal sealed record KnownRun(int Run, string Rollout, ModelSpec Model, int? Stage, Share Share);

/// <summary>What an item came to.</summary>
/// <param name="Joined">What to store; null when nothing is.</param>
/// <param name="Unknown">Whether it names something that is not known here.</param>
/// <param name="Refusal">Why it makes no sense; null when it does.</param>
internal readonly record struct JoinResult(JoinedFeedback? Joined, bool Unknown, string? Refusal);

/// <summary>Finds the exchange that an item belongs to. Pure.</summary>
internal sealed class FeedbackJoiner(TokenCodec tokens, IReadOnlyDictionary<int, KnownRun> runs)
{
    private const int MostValues = 16;
    private const int LongestName = 64;
    private const int LongestId = 128;

    // Evidence holds sums of squares: beyond this one item could make them infinite, which cannot be stored, and no slice would ever follow.
    private const double LargestValue = 1e100;

    private static readonly JoinResult NotKnown = new(null, true, null);

    public JoinResult Join(FeedbackItem item) => Check(item) is { } refusal
        ? new(null, false, refusal)
        : item.Exchange is { } exchange ? JoinExchange(item, exchange) : JoinSubject(item, item.Subject!);

    private static string? Check(FeedbackItem item) => item switch
    {
        { Exchange: null, Subject: null } => "names neither exchange nor subject; give one of them",
        { Exchange: not null, Subject: not null } => "names both exchange and subject; give one of them",
        { Subject.Length: 0 } => "subject: is empty; wanted is the subject as the model's callers send it",
        { Subject: not null, Label: not null } => "label: a label belongs to one exchange; send the exchange's token instead of the subject",
        { Label: null } when item.Values is not { Count: > 0 } => "has neither label nor values; give at least one",
        { Id.Length: > LongestId } => $"id: has {item.Id.Length} characters; at most {LongestId}",
        { Values.Count: > MostValues } => $"values: has {item.Values.Count} entries; at most {MostValues}",
        _ => item.Values?.Keys.FirstOrDefault(name => name.Length is 0 or > LongestName) is { } name
            ? $"values: a name has 1 to {LongestName} characters, not {name.Length}"
            : item.Values?.Any(v => !(Math.Abs(v.Value) <= LargestValue)) == true ? $"values: a value must be a number of at most {LargestValue} in size" : null,
    };

    private JoinResult JoinExchange(FeedbackItem item, string exchange)
    {
        if (!tokens.TryOpen(exchange, out var token))
        {
            return NotKnown;
        }

        if (token.Run == 0 || !token.Counts)
        {
            // A genuine exchange of ours that no rollout counts: there is nothing to add it to.
            return new(null, false, null);
        }

        if (!runs.TryGetValue(token.Run, out var run))
        {
            return NotKnown;
        }

        bool? wrong = null;
        if (item.Label is { } label)
        {
            if (run.Model.Signals.Prediction is not { } prediction)
            {
                return new(null, false, $"label: model {run.Model.Name} has no prediction signal to compare it with");
            }

            var index = prediction.Classes.AsSpan().IndexOf(label);
            if (index < 0)
            {
                return new(null, false, $"label: is no class of model {run.Model.Name}; one of {string.Join(", ", prediction.Classes)}");
            }

            wrong = token.Class == ExchangeToken.NoClass ? null : token.Class != index;
            if (wrong is null && item.Values is not { Count: > 0 })
            {
                return new(null, false, null);
            }
        }

        var key = KeyOf(item, run.Run, exchange);
        return new(new(key, run.Run, token.Stage, token.Arm, token.SegmentCode, token.Subject, wrong, item.Values ?? Nothing, item.At), false, null);
    }

    private JoinResult JoinSubject(FeedbackItem item, string subject)
    {
        var candidates = runs.Values.Where(r => r.Stage is not null && (item.Model is null || r.Model.Name == item.Model)).ToList();
        if (candidates.Count > 1)
        {
            return new(null, false, "model: several models have a running rollout; name the one that the subject called");
        }

        if (candidates is not [{ Stage: { } stage } run])
        {
            return NotKnown;
        }

        var hash = new Assigner(run.Model.Name, run.Rollout).HashOf(subject);
        var key = KeyOf(item, run.Run, subject);
        return new(new(key, run.Run, stage, Assigner.ArmOf(hash, run.Share), 0, Assigner.IdentityOf(hash), null, item.Values ?? Nothing, item.At), false, null);
    }

    private static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    // With an id, the id decides what a repeat is; without one, an exchange's label or the same values once.
    private static string KeyOf(FeedbackItem item, int run, string source)
    {
        var what = item.Id is { } id
            ? $"id\n{run}\n{id}"
            : $"content\n{run}\n{source}\n{(item.Label is null ? "" : "label")}\n{JsonSerializer.Serialize(item.Values?.OrderBy(v => v.Key, StringComparer.Ordinal))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 16));
    }
}
