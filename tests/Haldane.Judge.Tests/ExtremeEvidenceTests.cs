using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Characteristics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>Evidence at the ends of what can be: nothing, everything, one bucket, a million millions.</summary>
public sealed class ExtremeEvidenceTests
{
    [Fact]
    public void No_number_that_leaves_the_judge_is_infinite_or_not_a_number()
    {
        ValueList<GuardSpec> guards =
        [
            .. Plan.Rollout.Guards,
            Slices.Guard(SignalKind.ErrorRate, Scale.Difference, 0.01),
            Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.01),
            Slices.Guard(SignalKind.Accuracy, Scale.Value, 0.9),
        ];
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var judge = new RolloutJudge(Plan.Model with { Segments = [] }, Plan.Rollout with { Guards = guards });
            for (var n = 1; n <= 6; n++)
            {
                judge.Add(Slices.Slice(n, n / 3, 10, Extreme(random), Extreme(random)) with
                {
                    Labels = random.Next(2) == 0 ? [] : [Label(random, Arm.Canary), Label(random, Arm.Baseline)],
                });
                foreach (var v in judge.Evaluate().Verdicts)
                {
                    double?[] numbers = [v.Estimate, v.Low, v.High, v.FailEvidence, v.FailAt, v.PassEvidence, v.PassAt, v.BaselineValue, v.CanaryValue];
                    Assert.All(numbers, x => Assert.True(x is null || double.IsFinite(x.Value), $"seed {seed}, slice {n}: {v}"));
                    Assert.DoesNotContain("NaN", v.Reason, StringComparison.Ordinal);
                    Assert.DoesNotContain("∞", v.Reason, StringComparison.Ordinal);
                }
            }
        }
    }

    private static LabelCounts Label(Random random, Arm arm)
    {
        var labelled = Size(random);
        return new(0, arm, 0, labelled, random.Next(3) switch { 0 => 0, 1 => labelled, _ => labelled / 2 });
    }

    private static long Size(Random random) => random.Next(4) == 0 ? 0 : (long)Math.Pow(10, 12 * random.NextDouble());

    private static CellEvidence Extreme(Random random)
    {
        var (answers, errors) = (Size(random), Size(random));
        var bucket = random.Next(LatencyBuckets.Count - 1);
        return new()
        {
            Exchanges = answers + errors,
            Errors = errors,
            ErrorSubjects = errors,
            Latency = answers == 0 ? SparseCounts.Empty : random.Next(2) == 0 ? new([bucket], [answers]) : new([0, LatencyBuckets.Count - 1], [answers, 1]),
            Classes = answers == 0 ? [] : random.Next(2) == 0 ? [answers, 0, 0] : [0, answers / 2, answers - answers / 2],
        };
    }
}
