namespace Haldane.Judge.Series;

/// <summary>A series cut where its two parts differ most.</summary>
/// <remarks>At each candidate the mean before is compared with the mean after, in standard deviations with the variance within both parts: Hinkley, Biometrika 57 (1970).</remarks>
/// <param name="At">The first place of the second part.</param>
/// <param name="Early">Mean before.</param>
/// <param name="Late">Mean after.</param>
/// <param name="Variance">Variance within the parts.</param>
internal readonly record struct TwoParts(int At, double Early, double Late, double Variance)
{
    private const int FewestBefore = 3;
    private const int FewestAfter = 6;

    /// <summary>The squared difference of the parts in units of its variance.</summary>
    public double Contrast(int count) => Math.Pow(Early - Late, 2) / (Math.Max(Variance, 1e-300) * (1.0 / At + 1.0 / (count - At)));

    /// <summary>The best cut of a series of at least ten.</summary>
    public static TwoParts Of(ReadOnlySpan<double> scores)
    {
        var n = scores.Length;
        double total = 0, squares = 0;
        foreach (var score in scores)
        {
            total += score;
            squares += score * score;
        }

        var best = default(TwoParts);
        double before = 0, most = -1;
        for (var k = 1; k <= n - FewestAfter; k++)
        {
            before += scores[k - 1];
            if (k < FewestBefore)
            {
                continue;
            }

            double early = before / k, late = (total - before) / (n - k);
            var variance = Math.Max(0, squares - k * early * early - (n - k) * late * late) / (n - 2);
            var cut = new TwoParts(k, early, late, variance);
            if (cut.Contrast(n) is var contrast && contrast > most)
            {
                (best, most) = (cut, contrast);
            }
        }

        return best;
    }
}
