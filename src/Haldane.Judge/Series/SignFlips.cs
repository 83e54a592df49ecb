namespace Haldane.Judge.Series;

/// <summary>The chance of evidence as strong as what was seen, in any window of any question, if the arms were alike: sides of cells swapped at random.</summary>
/// <remarks>
/// One statistic over all questions, the largest; so looking in many places is paid for exactly (Westfall and Young, "Resampling-Based Multiple Testing", 1993). Stops early
/// when enough flips exceed it: then p = exceeding / flips, else (exceeding + 1) / (flips + 1) (Besag and Clifford, Biometrika 78 (1991)).
/// </remarks>
internal static class SignFlips
{
    private const int Enough = 20;
    private const double Closeness = 1e-9;

    /// <summary>The p-value of the largest statistic.</summary>
    /// <param name="questions">Series of the same length.</param>
    /// <param name="largest">The largest statistic that was seen.</param>
    /// <param name="most">Most flips.</param>
    /// <param name="random">Chance.</param>
    /// <param name="cancel">Gives up.</param>
    public static double PValue(IReadOnlyList<ScoreSeries> questions, double largest, int most, SeededRandom random, CancellationToken cancel)
    {
        if (largest <= 0 || questions.Count == 0)
        {
            return 1;
        }

        var signs = new double[questions[0].Scores.Length];
        var exceeding = 0;
        for (var flip = 1; flip <= most; flip++)
        {
            cancel.ThrowIfCancellationRequested();
            Draw(signs, random);
            if (Exceeds(questions, signs, largest - Closeness) && ++exceeding == Enough)
            {
                return exceeding / (double)flip;
            }
        }

        return (exceeding + 1.0) / (most + 1.0);
    }

    /// <summary>Fills with +1 and -1.</summary>
    public static void Draw(Span<double> signs, SeededRandom random)
    {
        ulong bits = 0;
        for (var k = 0; k < signs.Length; k++)
        {
            bits = k % 64 == 0 ? random.NextBits() : bits >> 1;
            signs[k] = (bits & 1) == 0 ? 1 : -1;
        }
    }

    private static bool Exceeds(IReadOnlyList<ScoreSeries> questions, double[] signs, double limit)
    {
        foreach (var question in questions)
        {
            // From the end, so that each window's sum is met on the way.
            var (scores, starts, norms) = (question.Scores, question.Starts, question.Norms);
            double sum = 0, ramp = 0;
            var end = scores.Length;
            for (var w = starts.Length - 1; w >= 0; w--)
            {
                for (var k = end - 1; k >= starts[w]; k--)
                {
                    sum += signs[k] * scores[k];
                }

                end = starts[w];
                if (sum > limit * norms[w] && norms[w] > 0)
                {
                    return true;
                }
            }

            if (question.HasRamp)
            {
                for (var k = question.From; k < scores.Length; k++)
                {
                    ramp += signs[k] * scores[k] * question.RampWeight(k);
                }

                if (ramp > limit * norms[^1] && norms[^1] > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
