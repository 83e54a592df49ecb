using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
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
/// <param name="tokens">Opens tokens.</param>
/// <param name="runs">The runs that there are.</param>
/// <param name="evaluator">Whose scores they are; null: they come from outside.</param>
internal sealed class FeedbackJoiner(TokenCodec tokens, IReadOnlyDictionary<int, KnownRun> runs, EvaluatorSpec? evaluator = null)
{
    private const int MostValues = 16;
    private const int MostEvents = 16;
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
        { Label: null } when !BringsMore(item) => "has no label, values or events; give at least one",
        { Id.Length: > LongestId } => $"id: has {item.Id.Length} characters; at most {LongestId}",
        { Values.Count: > MostValues } => $"values: has {item.Values.Count} entries; at most {MostValues}",
        { Events.Count: > MostEvents } => $"events: has {item.Events.Count} entries; at most {MostEvents}",
        _ when item.Events?.Any(name => name is null or "" or { Length: > LongestName }) == true => $"events: a name has 1 to {LongestName} characters",
        _ when item.Events?.Distinct().Count() < item.Events?.Count => "events: has an event twice; name each once",
        _ => item.Values?.Keys.FirstOrDefault(name => name.Length is 0 or > LongestName) is { } name
            ? $"values: a name has 1 to {LongestName} characters, not {name.Length}"
            : item.Values?.Any(v => !(Math.Abs(v.Value) <= LargestValue)) == true ? $"values: a value must be a number of at most {LargestValue} in size" : null,
    };

    private static bool BringsMore(FeedbackItem item) => item.Values is { Count: > 0 } || item.Events is { Count: > 0 };

    // What nobody declared nobody has drawn limits for, and a misspelt name would be silence where a guard waits for numbers.
    private string? WhyUndeclared(FeedbackItem item, ModelSpec model)
    {
        if (evaluator is null && WhyScored(item, model) is { } scored)
        {
            return scored;
        }

        var known = model.Signals.Values.Select(v => v.Name).Where(name => !GatewayValues.IsRead(name, model.Protocol)).ToList();
        string?[] refusals =
        [
            WhyNot("values", "value", item.Values?.Keys, known, model.Name),
            WhyNot("events", "event", item.Events, model.Signals.Events, model.Name),
        ];
        var told = string.Join("; ", refusals.OfType<string>());
        return told.Length == 0 ? null : told;
    }

    // What an evaluator scores is a sample of its own: scores of others would be mixed into it.
    private static string? WhyScored(FeedbackItem item, ModelSpec model) => model.Signals.Evaluators
        .SelectMany(e => e.Values.Where(v => item.Values?.ContainsKey(v) == true).Select(v => $"values: {v} is what the evaluator {e.Name} of model {model.Name} gives; feedback cannot bring it")).FirstOrDefault();

    private static string? WhyNot(string field, string what, IEnumerable<string>? names, IReadOnlyCollection<string> known, string model)
    {
        var strange = (names ?? []).Where(name => !known.Contains(name)).ToList();
        return strange.Count == 0
            ? null
            : $"{field}: {string.Join(", ", strange)} {(strange.Count == 1 ? $"is no {what}" : $"are no {what}s")} of model {model}; "
                + (known.Count == 0 ? $"its specification declares none under signals.{field}" : $"one of {string.Join(", ", known)}");
    }

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

        if (WhyUndeclared(item, run.Model) is { } undeclared)
        {
            return new(null, false, undeclared);
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
            if (wrong is null && !BringsMore(item))
            {
                return new(null, false, null);
            }
        }

        var key = KeyOf(item, run.Run, exchange);
        var joined = new JoinedFeedback(key, run.Run, token.Stage, token.Arm, token.SegmentCode, token.Subject, wrong, item.Values ?? Nothing, item.At)
        {
            Events = item.Events ?? [],
            Confidence = wrong is null ? null : token.Confidence,
        };
        return new(joined, false, null);
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

        if (WhyUndeclared(item, run.Model) is { } undeclared)
        {
            return new(null, false, undeclared);
        }

        if (run.Share == Share.None)
        {
            // A shadow stage: the canary has served nobody, so there is nothing to compare with.
            return new(null, false, null);
        }

        var hash = new Assigner(run.Model.Name, run.Rollout).HashOf(subject);
        var key = KeyOf(item, run.Run, subject);
        var joined = new JoinedFeedback(
            key, run.Run, stage, Assigner.ArmOf(hash, run.Share), SegmentCells.UnknownCode, Assigner.IdentityOf(hash), null, item.Values ?? Nothing, item.At)
        {
            Events = item.Events ?? [],
        };
        return new(joined, false, null);
    }

    private static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    // With an id, the id decides what a repeat is; without one, an exchange's label, or the same values and events once. Events stand behind the rest, so
    // that an item without any has the key that it had before there were events.
    private static string KeyOf(FeedbackItem item, int run, string source)
    {
        var what = item.Id is { } id
            ? $"id\n{run}\n{id}"
            : $"content\n{run}\n{source}\n{(item.Label is null ? "" : "label")}\n{JsonSerializer.Serialize(item.Values?.OrderBy(v => v.Key, StringComparer.Ordinal))}"
                + (item.Events is { Count: > 0 } events ? $"\n{JsonSerializer.Serialize(events.Order(StringComparer.Ordinal))}" : "");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 16));
    }
}
