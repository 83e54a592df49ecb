using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>What both versions answered, by kind.</summary>
/// <param name="Mix">What the answers are told apart by.</param>
/// <param name="Title">The same for people.</param>
/// <param name="Baseline">How many answers of the baseline were counted.</param>
/// <param name="Canary">How many of the canary.</param>
/// <param name="Rows">The kinds: of an order their own, or the ones that differ most first.</param>
/// <param name="Rest">Kinds that are not shown.</param>
public sealed record MixModel(Mix Mix, string Title, long Baseline, long Canary, ValueList<MixRow> Rows, int Rest);

/// <summary>A kind of answer.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Baseline">The part of the baseline's answers, in [0, 1].</param>
/// <param name="Canary">The part of the canary's.</param>
public sealed record MixRow(string Kind, double Baseline, double Canary);

/// <summary>Makes pictures of what was answered. Pure.</summary>
public static class MixModels
{
    /// <summary>Kinds at most; the others differ less.</summary>
    public const int Most = 12;

    /// <summary>All that is read of the answers.</summary>
    public static ValueList<MixModel> Of(RunCourse? course) => (course?.Mixes ?? []).Select(Of).ToValueList();

    private static MixModel Of(MixShape shape)
    {
        var (baseline, canary) = (Sums.Sum(shape.Baseline.AsSpan()), Sums.Sum(shape.Canary.AsSpan()));
        MixRow[] rows = [.. shape.Kinds.Select((kind, i) => new MixRow(kind, Part(shape.Baseline[i], baseline), Part(shape.Canary[i], canary)))];
        var isRange = shape.Mix == Mix.Confidence;
        MixRow[] shown = isRange ? rows : [.. rows.Where(r => r.Baseline > 0 || r.Canary > 0).OrderByDescending(r => Math.Abs(r.Canary - r.Baseline)).Take(Most)];
        return new(shape.Mix, TitleOf(shape.Mix), baseline, canary, [.. shown], isRange ? 0 : rows.Count(r => r.Baseline > 0 || r.Canary > 0) - shown.Length);
    }

    private static string TitleOf(Mix mix) => mix switch
    {
        Mix.Classes => "Predicted classes",
        Mix.Confidence => "Confidence",
        _ => "What the answers rest on",
    };

    // Four digits: what changes beyond them is not drawn anew.
    private static double Part(long count, long all) => all == 0 ? 0 : Math.Round((double)count / all, 4);
}
