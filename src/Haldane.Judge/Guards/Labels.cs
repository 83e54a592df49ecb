using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>What labels must be like to prove anything.</summary>
internal static class Labels
{
    // Below this, a rate of wrong answers is noise.
    private const int Fewest = 20;

    // Labels of one arm may be somewhat rarer: a canary whose answers fail has fewer to label. Beyond this they are not a fair sample any more.
    private const double LargestRatio = 1.25;

    // Rare enough not to bother anyone who runs many rollouts, and a real fault passes it within some hundred labels.
    private static readonly double BrokenAt = Math.Log(2 * 2000);

    /// <summary>What is missing before anything can be said, or null.</summary>
    public static string? Missing(long canary) => canary >= Fewest
        ? null
        : $"{Say.Count(canary)} labels of canary answers so far, {Fewest} are the least";

    /// <summary>The sentence for labels that reach one arm much more often than the other, or null.</summary>
    /// <remarks>
    /// Whether an answer is labelled is an event like any other, so <see cref="RateRatioProfile"/> tells whether one arm has more labels than its share, at all times
    /// together at 1 in 2,000. Both arms of a stage are of the same age at every moment, so late labels do not make them uneven.
    /// </remarks>
    public static string? Uneven(Question question, RateComparison labelled)
    {
        var profile = new RateRatioProfile();
        for (var stage = 0; stage < question.Stages.Count; stage++)
        {
            var share = question.Stages[stage].Share.Fraction;
            if (share is > 0 and < 1)
            {
                profile.Add(question.Shares.PerEvent(share), labelled.CanaryIn(stage).Count, labelled.BaselineIn(stage).Count);
            }
        }

        if (profile.LogE(RateRatioProfile.IndexOf(LargestRatio, Null.AtMost), Null.AtMost) >= BrokenAt)
        {
            return Sentence(labelled.Canary.Count, "canary", labelled.Baseline.Count, "baseline");
        }

        return profile.LogE(RateRatioProfile.IndexOf(1 / LargestRatio, Null.AtLeast), Null.AtLeast) >= BrokenAt
            ? Sentence(labelled.Baseline.Count, "baseline", labelled.Canary.Count, "canary")
            : null;
    }

    private static string Sentence(long many, string arm, long few, string other) =>
        $"{Say.Count(many)} labels of {arm} answers and {(few == 0 ? "none" : "only " + Say.Count(few))} of the {other}, which is not their share of the exchanges; "
        + $"check the feedback of the {other}";
}
