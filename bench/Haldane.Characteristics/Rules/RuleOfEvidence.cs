using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Rules;

/// <summary>A rule of evidence, broken on purpose: both versions are alike, so whoever calls the canary worse is wrong.</summary>
/// <param name="Name">For people.</param>
/// <param name="Why">What happens in its world.</param>
/// <param name="Ways">Ours first, then the naive ways.</param>
/// <param name="Run">One stream: for each way whether it ever called the canary worse, at 5 %.</param>
internal sealed record RuleOfEvidence(string Name, string Why, string[] Ways, Func<Random, bool[]> Run)
{
    /// <summary>The level of every way.</summary>
    public const double Level = 0.05;

    /// <summary>The one-sided normal quantile of that level.</summary>
    public const double OneSided = 1.6448536269514722;

    /// <summary>All rules.</summary>
    public static readonly RuleOfEvidence[] All = [MovingShares.Rule, .. StickySubjects.Rules, LateLabels.Rule];

    /// <summary>The judge with one guard, no segments, and a stage for each share.</summary>
    public static RolloutJudge Judge(GuardSpec guard, params ReadOnlySpan<int> sharesInPercent) =>
        new(Slices.Model(), Slices.Rollout([guard], sharesInPercent) with { Promise = new() { FalseRollback = Level, FalsePromotion = Level } });

    /// <summary>Whether it has proven Fail.</summary>
    public static bool SaysWorse(RolloutJudge judge) => judge.Evaluate().Verdicts[0] is var verdict && verdict.FailEvidence >= verdict.FailAt;

    /// <summary>The pooled two-sample z of two rates; 0 while one arm is empty or there is no event.</summary>
    public static double Z(double events, double count, double otherEvents, double otherCount)
    {
        var pooled = (events + otherEvents) / (count + otherCount);
        return count > 0 && otherCount > 0 && pooled is > 0 and < 1
            ? (events / count - otherEvents / otherCount) / Math.Sqrt(pooled * (1 - pooled) * (1 / count + 1 / otherCount))
            : 0;
    }
}

/// <summary>Rule 1, never pool slices with different shares: the share goes from 1 to 50 % while the error rate of both versions goes from 0.5 to 2 %.</summary>
internal static class MovingShares
{
    private const int PerStage = 40, PerSlice = 500;

    private static readonly int[] Shares = [1, 5, 10, 25, 50];

    /// <summary>The rule.</summary>
    public static readonly RuleOfEvidence Rule = new(
        "Shares that move",
        "1, 5, 10, 25, 50 % for 20,000 requests each, while both versions' error rate goes from 0.5 to 2 %",
        ["Haldane, each slice with its own share", "one average share", "pooled z, each look", "pooled z, at the end only"],
        Run);

    private static bool[] Run(Random random)
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Fine = 1 };
        RolloutJudge ours = RuleOfEvidence.Judge(guard, Shares), averaged = RuleOfEvidence.Judge(guard, (int)Math.Round(Shares.Average()));
        long canary = 0, canaryErrors = 0, all = 0, errors = 0;
        var (peeked, slices) = (false, Shares.Length * PerStage);
        var z = 0.0;
        for (var number = 1; number <= slices; number++)
        {
            var stage = (number - 1) / PerStage;
            var rate = 0.005 * Math.Pow(4, number / (double)slices);
            var ofCanary = random.Binomial(PerSlice, Shares[stage] / 100.0);
            CellEvidence c = Slices.Counts(ofCanary, random.Binomial(ofCanary, rate)), b = Slices.Counts(PerSlice - ofCanary, random.Binomial(PerSlice - ofCanary, rate));
            ours.Add(Slices.Slice(number, stage, Shares[stage], b, c));
            averaged.Add(Slices.Slice(number, 0, (int)Math.Round(Shares.Average()), b, c));
            (canary, canaryErrors, all, errors) = (canary + c.Exchanges, canaryErrors + c.Errors, all + PerSlice, errors + c.Errors + b.Errors);
            z = RuleOfEvidence.Z(canaryErrors, canary, errors - canaryErrors, all - canary);
            peeked |= z > RuleOfEvidence.OneSided;
        }

        return [RuleOfEvidence.SaysWorse(ours), RuleOfEvidence.SaysWorse(averaged), peeked, z > RuleOfEvidence.OneSided];
    }
}

/// <summary>Rule 2, count by the unit that is assigned: users stay on their arm, and few of them have nearly all errors.</summary>
internal static class StickySubjects
{
    private const int Users = 5000, Prone = Users / 50, SliceCount = 100, PerSlice = 1000;
    private const double FailsAt = 0.8;

    /// <summary>The rule, at two shares.</summary>
    public static readonly RuleOfEvidence[] Rules = [At(50), At(10)];

    private static RuleOfEvidence At(int share) => new(
        $"Sticky subjects, share {share} %",
        "5,000 users with 20 requests each; 2 % of the users have every error, each in four fifths of their requests",
        ["Haldane, each subject once", "every error", "pooled z of errors, each look"],
        random => Run(random, share));

    private static bool[] Run(Random random, int share)
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Fine = 1 };
        RolloutJudge ours = RuleOfEvidence.Judge(guard, share), every = RuleOfEvidence.Judge(guard, share);
        var arms = new int[Users];
        var failed = new bool[Prone];
        for (var user = 0; user < Users; user++)
        {
            arms[user] = random.NextDouble() < share / 100.0 ? 1 : 0;
        }

        long[] allExchanges = [0, 0], allErrors = [0, 0];
        var peeked = false;
        for (var number = 1; number <= SliceCount; number++)
        {
            long[] exchanges = [0, 0], errors = [0, 0], subjects = [0, 0];
            for (var i = 0; i < PerSlice; i++)
            {
                var user = random.Next(Users);
                var arm = arms[user];
                exchanges[arm]++;
                if (user < Prone && random.NextDouble() < FailsAt)
                {
                    errors[arm]++;
                    subjects[arm] += failed[user] ? 0 : 1;
                    failed[user] = true;
                }
            }

            CellEvidence Once(int arm) => new() { Exchanges = exchanges[arm], Errors = errors[arm], ErrorSubjects = subjects[arm] };
            ours.Add(Slices.Slice(number, 0, share, Once(0), Once(1)));
            every.Add(Slices.Slice(number, 0, share, Slices.Counts(exchanges[0], errors[0]), Slices.Counts(exchanges[1], errors[1])));
            for (var arm = 0; arm < 2; arm++)
            {
                allExchanges[arm] += exchanges[arm];
                allErrors[arm] += errors[arm];
            }

            peeked |= RuleOfEvidence.Z(allErrors[1], allExchanges[1], allErrors[0], allExchanges[0]) > RuleOfEvidence.OneSided;
        }

        return [RuleOfEvidence.SaysWorse(ours), RuleOfEvidence.SaysWorse(every), peeked];
    }
}
