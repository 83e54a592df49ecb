using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Rules;

/// <summary>Rule 3, the same age for late labels: complaints come soon, confirmations late, and the canary's exchanges are younger since its share has grown.</summary>
internal static class LateLabels
{
    private const int PerStage = 60, PerSlice = 300;
    private const double WrongRate = 0.1;

    // Slices until a label comes: a wrong answer is reported soon, a right one confirmed late; geometric, these are the means.
    private const double Complaint = 3, Confirmation = 40;

    private static readonly int[] Shares = [5, 25, 50];

    /// <summary>The rule.</summary>
    public static readonly RuleOfEvidence Rule = new(
        "Late labels",
        "5, 25, 50 % for 60 slices each; 10 % of both versions' answers are wrong; a wrong one is reported after 3 slices, a right one confirmed after 40 (means)",
        ["Haldane, by the stage of the exchange", "by the stage of arrival", "pooled z of all labels, each look"],
        Run);

    private static bool[] Run(Random random)
    {
        var guard = Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.02) with { Fine = 0 };
        RolloutJudge ours = RuleOfEvidence.Judge(guard, Shares), arrival = RuleOfEvidence.Judge(guard, Shares);
        var due = Enumerable.Range(0, Shares.Length * PerStage + 1).Select(_ => new Dictionary<(int Stage, Arm Arm), (long Labelled, long Wrong)>()).ToArray();
        long[] all = [0, 0], allWrong = [0, 0];
        var peeked = false;
        for (var number = 1; number < due.Length; number++)
        {
            var stage = (number - 1) / PerStage;
            var canary = random.Binomial(PerSlice, Shares[stage] / 100.0);
            Promise(random, due, number, (stage, Arm.Canary), canary);
            Promise(random, due, number, (stage, Arm.Baseline), PerSlice - canary);
            var slice = Slices.Slice(number, stage, Shares[stage], Slices.Counts(PerSlice - canary), Slices.Counts(canary));
            LabelCounts[] labels = [.. due[number].Select(d => new LabelCounts(d.Key.Stage, d.Key.Arm, 0, d.Value.Labelled, d.Value.Wrong))];
            ours.Add(slice with { Labels = ValueList.Create<LabelCounts>(labels) });
            arrival.Add(slice with { Labels = labels.Select(l => l with { Stage = stage }).ToValueList() });
            foreach (var label in labels)
            {
                all[(int)label.Arm] += label.Labelled;
                allWrong[(int)label.Arm] += label.Wrong;
            }

            var (c, b) = ((int)Arm.Canary, (int)Arm.Baseline);
            peeked |= RuleOfEvidence.Z(allWrong[c], all[c], allWrong[b], all[b]) > RuleOfEvidence.OneSided;
        }

        return [RuleOfEvidence.SaysWorse(ours), RuleOfEvidence.SaysWorse(arrival), peeked];
    }

    private static void Promise(Random random, Dictionary<(int, Arm), (long Labelled, long Wrong)>[] due, int now, (int, Arm) from, long answers)
    {
        for (var i = 0; i < answers; i++)
        {
            var wrong = random.NextDouble() < WrongRate;
            var at = now + (int)Math.Min(1e6, 1 - (wrong ? Complaint : Confirmation) * Math.Log(1 - random.NextDouble()));
            if (at < due.Length)
            {
                var (labelled, wrongs) = due[at].GetValueOrDefault(from);
                due[at][from] = (labelled + 1, wrongs + (wrong ? 1 : 0));
            }
        }
    }
}
