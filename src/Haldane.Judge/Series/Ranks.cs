namespace Haldane.Judge.Series;

/// <summary>Ranks over two samples together.</summary>
internal static class Ranks
{
    /// <summary>Ranks from 1, ties share their mean; in the order of the first sample and then the second.</summary>
    public static double[] Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var values = new double[first.Length + second.Length];
        first.CopyTo(values);
        second.CopyTo(values.AsSpan(first.Length));
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(values, order);
        var ranks = new double[values.Length];
        for (var i = 0; i < values.Length;)
        {
            var end = i + 1;
            while (end < values.Length && values[end] == values[i])
            {
                end++;
            }

            for (var j = i; j < end; j++)
            {
                ranks[order[j]] = (i + end + 1) / 2.0;
            }

            i = end;
        }

        return ranks;
    }
}
