using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Simulation.Traffic;

/// <summary>What callers of a model do, and how the version that serves them now behaves.</summary>
/// <remarks>Immutable. From a specification by <c>TrafficSource</c>, or from recorded evidence.</remarks>
public sealed record TrafficModel
{
    /// <summary>The model whose signals and segments are meant.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Requests a second, of both arms together; above 0.</summary>
    public required double RatePerSecond { get; init; }

    /// <summary>How the version that serves now behaves.</summary>
    public required Behaviour Baseline { get; init; }

    /// <summary>For each cell of <see cref="SegmentCells"/> the chance of its value within its segment; everyone's is 1.</summary>
    public required ValueList<double> CellParts { get; init; }

    /// <summary>The part of the answers that a label comes for.</summary>
    public double LabelCoverage { get; init; }

    /// <summary>How long after its answer a label comes.</summary>
    public TimeSpan LabelDelay { get; init; }

    /// <summary>The part of the answers that each value comes for; those that are not named: none.</summary>
    public ValueList<Feedback> Values { get; init; } = [];

    /// <summary>How long after its answer each event of feedback comes; those that are not named: at once.</summary>
    public ValueList<Feedback> Events { get; init; } = [];

    /// <summary>What makes it other than a steady flow of strangers.</summary>
    public Conditions Conditions { get; init; } = Conditions.Calm;
}

/// <summary>When feedback comes.</summary>
/// <param name="Name">The value or event.</param>
/// <param name="Coverage">The part of the answers that it comes for; for events their chance says it.</param>
/// <param name="Delay">How long after its answer.</param>
public sealed record Feedback(string Name, double Coverage, TimeSpan Delay);

/// <summary>A world: callers, the version that serves them and one that wants to.</summary>
/// <remarks>Immutable.</remarks>
public sealed record World
{
    /// <summary>The callers and the baseline.</summary>
    public required TrafficModel Traffic { get; init; }

    /// <summary>How the canary behaves.</summary>
    public required Behaviour Canary { get; init; }

    /// <summary>The only cell in which the canary is other than the baseline; null: everywhere.</summary>
    public int? OnlyIn { get; init; }

    /// <summary>A canary that is as the baseline.</summary>
    public static World AsBaseline(TrafficModel traffic) => new() { Traffic = traffic, Canary = traffic.Baseline };
}
