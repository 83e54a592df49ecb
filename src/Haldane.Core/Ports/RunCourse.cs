using Haldane.Core.Reports;

namespace Haldane.Core.Ports;

/// <summary>A run from its beginning until now, in some hundred points however long it was.</summary>
/// <param name="Run">The run.</param>
/// <param name="SlicesPerPoint">How many slices of evidence, a second each, a point is of; it doubles as the run goes on.</param>
/// <param name="Curves">How both versions did.</param>
/// <param name="Bands">What the judge said of each guard, a point for each of the curves.</param>
public sealed record RunCourse(int Run, int SlicesPerPoint, ValueList<CurvePoint> Curves, ValueList<GuardBand> Bands);

/// <summary>What the judge said of a guard over time.</summary>
/// <param name="Guard">The guard.</param>
/// <param name="Points">In order of time.</param>
public sealed record GuardBand(string Guard, ValueList<BandPoint> Points);
