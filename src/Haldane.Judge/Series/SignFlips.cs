namespace Haldane.Judge.Series;

/// <summary>The chance of evidence as strong as what was seen, in any window of any question, if the arms were alike: cells in random order, their sides swapped at random.</summary>
/// <remarks>
/// One statistic over all questions, the largest, so looking in many places is paid for exactly (Westfall and Young, "Resampling-Based Multiple Testing", 1993). Stops early
/// when enough exceed it: then p = exceeding / draws, else (exceeding + 1) / (draws + 1) (Besag and Clifford, Biometrika 78 (1991)).
/// </remarks>
internal static class SignFlips
{
    private const int Enough = 20;
    private const double Closeness = 1e-9;

    /// <summary>The p-value of the largest statistic.</summary>
    /// <param name="questions">Series of the same length.</param>
    /// <param name="largest">The largest statistic that was seen.</param>
    /// <param name="most">Most draws.</param>
    /// <param name="random">Chance.</param>
    /// <param name="cancel">Gives up.</param>
    public static double PValue(IReadOnlyList<ScoreSeries> questions, double largest, int most, SeededRandom random, CancellationToken cancel)
    {
        if (largest <= 0)
        {
            return 1;
        }

        var cells = questions[0].Scores.Length;
        var (order, signs, room) = (new int[cells], new double[cells], new double[cells]);
        for (var k = 0; k < cells; k++)
        {
            order[k] = k;
        }

        var limit = largest * (1 - Closeness);
        var exceeding = 0;
        for (var draw = 1; draw <= most; draw++)
        {
            cancel.ThrowIfCancellationRequested();
            Shuffle(order, random);
            Draw(signs, random);
            if (AnyReaches(questions, order, signs, room, limit) && ++exceeding == Enough)
            {
                return exceeding / (double)draw;
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

    private static bool AnyReaches(IReadOnlyList<ScoreSeries> questions, int[] order, double[] signs, double[] room, double limit)
    {
        foreach (var question in questions)
        {
            if (question.Largest(order, signs, room) >= limit)
            {
                return true;
            }
        }

        return false;
    }

    // Fisher and Yates; 32 bits scaled to so few places are even to one part in a million.
    private static void Shuffle(int[] order, SeededRandom random)
    {
        for (var k = order.Length - 1; k > 0; k--)
        {
            var other = (int)((random.NextBits() >> 32) * (ulong)(k + 1) >> 32);
            (order[k], order[other]) = (order[other], order[k]);
        }
    }
}
