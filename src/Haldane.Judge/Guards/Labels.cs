using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Reads the labels of a slice.</summary>
internal static class Labels
{
    // Below this, a rate of wrong answers is noise.
    private const int Fewest = 20;

    // By chance alone an arm with 20 labels due is never without any (e^-20).
    private const int FewestInAll = 200;
    private const int FewestDue = 20;

    /// <summary>Hands over each stage's labels in a cell, both arms together; stages in order of their first label.</summary>
    public static void ForEachStage(EvidenceSlice slice, int cell, int stages, Action<int, Rate, Rate> block)
    {
        if (slice.Labels.Count == 0)
        {
            return;
        }

        for (var stage = 0; stage <= Math.Min(slice.Stage, stages - 1); stage++)
        {
            Rate baseline = default, canary = default;
            foreach (var labels in slice.Labels.AsSpan())
            {
                if (labels.Stage != stage || labels.Cell != cell)
                {
                    continue;
                }

                var rate = new Rate(labels.Wrong, labels.Labelled);
                baseline += labels.Arm == Arm.Baseline ? rate : default;
                canary += labels.Arm == Arm.Canary ? rate : default;
            }

            if (baseline.Count + canary.Count > 0)
            {
                block(stage, baseline, canary);
            }
        }
    }

    /// <summary>What is missing before anything can be said, or null.</summary>
    public static string? Missing(Rate canary) => canary.Count >= Fewest
        ? null
        : $"{Say.Count(canary.Count)} labels of canary answers so far, {Fewest} are the least";

    /// <summary>The sentence for labels that reach one arm only, or null.</summary>
    public static string? OneArmOnly(long canary, long baseline, double canaryDue, double baselineDue)
    {
        if (canary + baseline < FewestInAll)
        {
            return null;
        }

        return (canary, baseline) switch
        {
            (0, _) when canaryDue >= FewestDue => Sentence(baseline, "baseline", "canary", canaryDue),
            (_, 0) when baselineDue >= FewestDue => Sentence(canary, "canary", "baseline", baselineDue),
            _ => null,
        };
    }

    private static string Sentence(long seen, string arm, string other, double due) =>
        $"{Say.Count(seen)} labels of {arm} answers and none of the {other}, where about {Say.Count((long)due)} were due; check the feedback of the {other}";
}
