using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Judge.Tests.Worlds;

/// <summary>Specifications and slices for tests, with little to say beside what the test is about.</summary>
internal static class Slices
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly SegmentSpec Country = new("country", "x-country", ["MY", "SG", "ID"]);

    public static ModelSpec Model(params ReadOnlySpan<SegmentSpec> segments) => ModelOf(2, segments);

    /// <summary>A model of so many classes, <c>other</c> among them.</summary>
    public static ModelSpec ModelOf(int classes, params ReadOnlySpan<SegmentSpec> segments) => new()
    {
        Name = "fraud",
        Route = new("/fraud"),
        Subject = new() { Header = "x-user" },
        Segments = ValueList.Create(segments),
        Signals = new()
        {
            Prediction = new("/class", Enumerable.Range(1, classes - 1).Select(i => $"class-{i}").ToValueList()),
            Confidence = new("/confidence"),
            Attribution = new("/why", ["income", "age"]),
            Values = [new("revenue", 0, 500), new("score", 0, 1), new("change", -1, 1)],
            Events = ["conversion", "complaint"],
        },
        Versions = [new("v1", ["http://one"]), new("v2", ["http://two"])],
    };

    public static RolloutSpec Rollout(ValueList<GuardSpec> guards, params ReadOnlySpan<int> sharesInPercent)
    {
        var stages = new List<StageSpec>();
        foreach (var share in sharesInPercent)
        {
            stages.Add(new(new(share * 100), TimeSpan.FromSeconds(10)));
        }

        return new()
        {
            Name = "fraud-v2",
            Model = "fraud",
            Baseline = "v1",
            Canary = "v2",
            Guards = guards,
            Stages = stages.ToValueList(),
        };
    }

    public static GuardSpec Guard(SignalKind kind, Scale scale, double bad, double quantile = 0, string? name = null) => new()
    {
        Name = $"{kind}-{scale}",
        Signal = new(kind, quantile, name),
        Scale = scale,
        Bad = bad,
        Segments = SegmentScan.None,
    };

    /// <summary>A slice of one second whose arms hold the given cells.</summary>
    public static EvidenceSlice Slice(long number, int stage, int sharePercent, CellEvidence baseline, CellEvidence canary) => new()
    {
        Number = number,
        Stage = stage,
        Share = new(sharePercent * 100),
        From = Start.AddSeconds(number),
        Length = TimeSpan.FromSeconds(1),
        Baseline = new() { Cells = [baseline] },
        Canary = new() { Cells = [canary] },
    };

    public static CellEvidence Counts(long exchanges, long errors = 0) => new() { Exchanges = exchanges, Errors = errors, ErrorSubjects = errors };
}
