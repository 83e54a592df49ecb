namespace Haldane.Simulation.Chance;

/// <summary>Divides counts over kinds.</summary>
public static class Partitions
{
    // One by one is faster while there are fewer draws than this for each kind.
    private const int FewPerKind = 8;

    /// <summary>Divides independent trials over kinds.</summary>
    /// <remarks>Conditional binomials, one for each kind; exact.</remarks>
    /// <param name="dice">Chance.</param>
    /// <param name="trials">How many.</param>
    /// <param name="chances">For each kind a weight, at least 0; their sum does not matter.</param>
    /// <param name="counts">Takes the counts; as long as the chances.</param>
    public static void Multinomial(this Dice dice, long trials, ReadOnlySpan<double> chances, Span<long> counts)
    {
        var weight = 0.0;
        foreach (var chance in chances)
        {
            weight += chance;
        }

        for (var i = 0; i < chances.Length; i++)
        {
            counts[i] = trials == 0 ? 0 : i == chances.Length - 1 ? trials : dice.Binomial(trials, chances[i] / weight);
            trials -= counts[i];
            weight -= chances[i];
        }
    }

    /// <summary>The same from a prepared table, whichever way is the faster; adds to the counts.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="trials">How many.</param>
    /// <param name="table">The distribution.</param>
    /// <param name="chances">The same distribution as chances that add up to 1.</param>
    /// <param name="counts">Takes the counts on top of what it holds.</param>
    public static void AddMultinomial(this Dice dice, long trials, AliasTable table, ReadOnlySpan<double> chances, Span<long> counts)
    {
        if (trials < (long)FewPerKind * chances.Length)
        {
            for (; trials > 0; trials--)
            {
                counts[table.Draw(dice)]++;
            }

            return;
        }

        var weight = 1.0;
        for (var i = 0; i < chances.Length && trials > 0; i++)
        {
            var count = dice.Binomial(trials, weight > 0 ? chances[i] / weight : 1);
            counts[i] += count;
            trials -= count;
            weight -= chances[i];
        }

        // Rounding may leave somebody over; the last kind that can happen takes them.
        if (trials > 0)
        {
            counts[chances.LastIndexOfAnyExcept(0.0)] += trials;
        }
    }

    /// <summary>Draws without putting back from kinds of given sizes (multivariate hypergeometric).</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="sizes">How many there are of each kind.</param>
    /// <param name="all">Their sum.</param>
    /// <param name="drawn">How many are drawn, at most all.</param>
    /// <param name="counts">Takes how many of each kind were drawn.</param>
    public static void Draw(this Dice dice, ReadOnlySpan<long> sizes, long all, long drawn, Span<long> counts)
    {
        for (var i = 0; i < sizes.Length; i++)
        {
            counts[i] = drawn == 0 || sizes[i] == 0 ? 0 : sizes[i] == all ? drawn : dice.Hypergeometric(all, sizes[i], drawn);
            all -= sizes[i];
            drawn -= counts[i];
        }
    }
}
