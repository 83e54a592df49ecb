using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Simulation.Traffic;

/// <summary>How a version behaves.</summary>
/// <remarks>Immutable. What a model has no signal for is not read.</remarks>
public sealed record Behaviour
{
    /// <summary>Chance that an exchange fails.</summary>
    public required double Errors { get; init; }

    /// <summary>How long answers take to their last byte.</summary>
    public required LatencyShape Latency { get; init; }

    /// <summary>How long they take to the first byte of the body; null: nobody looks.</summary>
    public LatencyShape? FirstToken { get; init; }

    /// <summary>Chance of each predicted class, <c>other</c> last; empty without a prediction signal.</summary>
    public ValueList<double> Classes { get; init; } = [];

    /// <summary>Chance of each bin of the confidence, see <see cref="ConfidenceBins"/>; empty without a confidence signal.</summary>
    public ValueList<double> Confidence { get; init; } = [];

    /// <summary>Chance that a prediction is right. Where confidence is known too: in each bin its middle, moved alike in all bins so that the mean is this.</summary>
    public double Accuracy { get; init; } = 1;

    /// <summary>Chance that each event happens to an exchange.</summary>
    public ValueList<EventChance> Events { get; init; } = [];

    /// <summary>The numbers that feedback brings.</summary>
    public ValueList<ValueShape> Values { get; init; } = [];

    /// <summary>The part of its share of the requests that it serves at all; the rest is never seen.</summary>
    public double Served { get; init; } = 1;

    /// <summary>The mean confidence; 0 without a confidence signal.</summary>
    public double MeanConfidence
    {
        get
        {
            var mean = 0.0;
            for (var bin = 0; bin < Confidence.Count; bin++)
            {
                mean += Confidence[bin] * Middle(bin);
            }

            return mean;
        }
    }

    /// <summary>Chance that a prediction is right whose confidence lies in a bin.</summary>
    public double RightIn(int bin) => Math.Clamp(Middle(bin) + Accuracy - MeanConfidence, 0, 1);

    /// <summary>The chance of an event; 0 if it is not named.</summary>
    public double ChanceOf(string name)
    {
        foreach (var e in Events)
        {
            if (e.Name == name)
            {
                return e.Chance;
            }
        }

        return 0;
    }

    /// <summary>The middle of a bin of confidence: what every confidence in it is taken to be.</summary>
    internal static double Middle(int bin) => (bin + 0.5) / ConfidenceBins.Count;
}

/// <summary>How often something happens.</summary>
/// <param name="Name">The event.</param>
/// <param name="Chance">For an exchange.</param>
public sealed record EventChance(string Name, double Chance);

/// <summary>The distribution of a number that feedback brings.</summary>
/// <param name="Name">E.g. <c>revenue</c>.</param>
/// <param name="Mean">Of all of them, before they are held to their range.</param>
/// <param name="Deviation">Standard deviation of all of them.</param>
/// <param name="NonZero">The part that is not 0, above 0; the rest is exactly 0.</param>
/// <param name="Min">Less than this counts as this.</param>
/// <param name="Max">More than this counts as this.</param>
public sealed record ValueShape(string Name, double Mean, double Deviation, double NonZero, double Min, double Max);
