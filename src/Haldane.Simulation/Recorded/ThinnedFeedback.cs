using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Recorded;

/// <summary>Divides the baseline's recorded feedback.</summary>
internal static class ThinnedFeedback
{
    /// <summary>Labels, everyone's and those of each segment fitting each other.</summary>
    public static ValueList<LabelCounts> Labels(Dice dice, SegmentCells layout, ValueList<LabelCounts> recorded, int stage, double share)
    {
        long[] right = new long[layout.Count], wrong = new long[layout.Count];
        foreach (var labels in recorded)
        {
            if (labels.Arm == Arm.Baseline)
            {
                right[labels.Cell] += labels.Labelled - labels.Wrong;
                wrong[labels.Cell] += labels.Wrong;
            }
        }

        if (right[SegmentCells.Everyone] + wrong[SegmentCells.Everyone] == 0)
        {
            return [];
        }

        long[] rightPart = Divided(dice, layout, right, share), wrongPart = Divided(dice, layout, wrong, share);
        List<LabelCounts> divided = [];
        for (var cell = 0; cell < layout.Count; cell++)
        {
            Add(Arm.Canary, cell, rightPart[cell], wrongPart[cell]);
            Add(Arm.Baseline, cell, right[cell] - rightPart[cell], wrong[cell] - wrongPart[cell]);
        }

        return divided.ToValueList();

        void Add(Arm arm, int cell, long fine, long bad)
        {
            if (fine + bad > 0)
            {
                divided.Add(new(stage, arm, cell, fine + bad, bad));
            }
        }
    }

    /// <summary>Labels by confidence.</summary>
    public static ValueList<CalibrationCounts> Calibration(Dice dice, ValueList<CalibrationCounts> recorded, int stage, double share) =>
        recorded.Where(c => c.Arm == Arm.Baseline).SelectMany(c =>
        {
            long right = dice.Binomial(c.Right, share), all = right + dice.Binomial(c.Labelled - c.Right, share);
            var confidence = c.Confidence / c.Labelled;
            return new[]
            {
                c with { Stage = stage, Arm = Arm.Canary, Labelled = all, Right = right, Confidence = confidence * all },
                c with { Stage = stage, Labelled = c.Labelled - all, Right = c.Right - right, Confidence = confidence * (c.Labelled - all) },
            }.Where(part => part.Labelled > 0);
        }).ToValueList();

    /// <summary>Events.</summary>
    public static ValueList<EventCounts> Events(Dice dice, ValueList<EventCounts> recorded, int stage, double share) =>
        recorded.Where(e => e.Arm == Arm.Baseline).SelectMany(e =>
        {
            long subjects = dice.Binomial(e.Subjects, share), count = subjects + dice.Binomial(e.Count - e.Subjects, share);
            return new[]
            {
                e with { Stage = stage, Arm = Arm.Canary, Count = count, Subjects = subjects },
                e with { Stage = stage, Count = e.Count - count, Subjects = e.Subjects - subjects },
            }.Where(part => part.Count > 0);
        }).ToValueList();

    /// <summary>Moments of named numbers: the sum of k of n is normal around its part, with the variance of a sample without putting back.</summary>
    public static ValueList<ValueMoments> Values(Dice dice, ValueList<ValueMoments> recorded, int stage, double share) =>
        recorded.Where(v => v.Arm == Arm.Baseline).SelectMany(v =>
        {
            long nonZero = dice.Binomial(v.NonZero, share), count = nonZero + dice.Binomial(v.Count - v.NonZero, share);
            var (sum, squares) = (0.0, 0.0);
            if (nonZero == v.NonZero)
            {
                (sum, squares) = (v.Sum, v.SumOfSquares);
            }
            else if (nonZero > 0)
            {
                double part = nonZero / (double)v.NonZero, mean = v.Sum / v.NonZero, variance = Math.Max(0, v.SumOfSquares / v.NonZero - mean * mean);
                sum = part * v.Sum + Math.Sqrt(nonZero * (1 - part) * variance) * dice.NextNormal();
                squares = Math.Max(part * v.SumOfSquares, sum * sum / nonZero);
            }

            return new[]
            {
                v with { Stage = stage, Arm = Arm.Canary, Count = count, NonZero = nonZero, Sum = sum, SumOfSquares = squares },
                v with { Stage = stage, Count = v.Count - count, NonZero = v.NonZero - nonZero, Sum = v.Sum - sum, SumOfSquares = Math.Max(0, v.SumOfSquares - squares) },
            }.Where(part => part.Count > 0);
        }).ToValueList();

    private static long[] Divided(Dice dice, SegmentCells layout, long[] counts, double share)
    {
        var part = new long[counts.Length];
        part[SegmentCells.Everyone] = dice.Binomial(counts[SegmentCells.Everyone], share);
        for (var s = 0; s < layout.Segments.Count; s++)
        {
            // Feedback that names only its subject is in no segment, so a segment may have fewer than everyone.
            var own = counts.AsSpan(layout.CellsOf(s));
            var all = 0L;
            foreach (var n in own)
            {
                all += n;
            }

            var drawn = dice.Hypergeometric(counts[SegmentCells.Everyone], all, part[SegmentCells.Everyone]);
            dice.Draw(own, all, drawn, part.AsSpan(layout.CellsOf(s)));
        }

        return part;
    }
}
