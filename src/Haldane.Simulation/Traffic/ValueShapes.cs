namespace Haldane.Simulation.Traffic;

/// <summary>What becomes of the mean of a number when it is held to its range.</summary>
internal static class ValueShapes
{
    private const int Points = 4_000;
    private const double Reach = 8;

    /// <summary>Middle and spread of the numbers that are not 0; of their logarithms where they are log-normal.</summary>
    public static (double Middle, double Spread, bool IsLog) NonZero(ValueShape shape)
    {
        // Mean and variance of the numbers that are not 0 follow from those of all.
        var mean = shape.Mean / shape.NonZero;
        var variance = Math.Max(0, (shape.Deviation * shape.Deviation + shape.Mean * shape.Mean) / shape.NonZero - mean * mean);
        if (shape is not { Min: >= 0, Mean: > 0 })
        {
            return (mean, Math.Sqrt(variance), false);
        }

        var log = Math.Log(1 + variance / (mean * mean));
        return (Math.Log(mean) - log / 2, Math.Sqrt(log), true);
    }

    /// <summary>The mean after every number is held to the range.</summary>
    public static double HeldMean(ValueShape shape)
    {
        var (middle, spread, isLog) = NonZero(shape);
        double sum = 0, weights = 0;
        for (var i = 0; i < Points; i++)
        {
            var z = Reach * (2 * (i + 0.5) / Points - 1);
            var weight = Math.Exp(-z * z / 2);
            var value = middle + spread * z;
            sum += weight * Math.Clamp(isLog ? Math.Exp(value) : value, shape.Min, shape.Max);
            weights += weight;
        }

        return (1 - shape.NonZero) * Math.Clamp(0, shape.Min, shape.Max) + shape.NonZero * sum / weights;
    }

    /// <summary>The shape whose held mean is as asked: log-normal numbers are scaled, others shifted.</summary>
    public static ValueShape WithHeldMean(ValueShape shape, double mean)
    {
        var (_, _, isLog) = NonZero(shape);
        ValueShape At(double x) => isLog ? shape with { Mean = shape.Mean * Math.Exp(x), Deviation = shape.Deviation * Math.Exp(x) } : shape with { Mean = shape.Mean + x };
        var reach = isLog ? 20.0 : 2 * (shape.Max - shape.Min) + shape.Deviation;
        double low = -reach, high = reach;
        for (var step = 0; step < 50; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = HeldMean(At(middle)) < mean ? (middle, high) : (low, middle);
        }

        return At((low + high) / 2);
    }
}
