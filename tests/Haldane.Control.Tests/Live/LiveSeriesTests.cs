using Haldane.Control.Live;
using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Control.Tests.Live;

public sealed class LiveSeriesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly LiveSeries _series = new();
    private long _number;

    [Fact]
    public void Percentiles_are_those_of_the_latencies()
    {
        // 990 of 10 ms and 10 of 1 s: the median lies at 10 ms, the 99th percentile still does, the slow ones lie beyond.
        Add(canary: Cell(0, (0.010, 990), (1.0, 10)));

        var point = _series.Points[^1].Canary;
        Assert.Equal(0.010, point.P50!.Value, 0.0002);
        Assert.Equal(0.010, point.P99!.Value, 0.0002);

        Add(canary: Cell(0, (1.0, 20)));
        Assert.Equal(1.0, _series.Points[^1].Canary.P99!.Value, 0.02);
    }

    [Fact]
    public void A_point_looks_back_ten_seconds()
    {
        Add(canary: Cell(10, (1.0, 10)));
        for (var i = 0; i < 9; i++)
        {
            Add(canary: Cell(0, (0.010, 10)));
        }

        var within = _series.Points[^1].Canary;
        Add(canary: Cell(0, (0.010, 10)));
        var after = _series.Points[^1].Canary;

        Assert.Equal(10 / 110.0, within.ErrorRate);
        Assert.True(within.P99 > 0.9);
        Assert.Equal(0, after.ErrorRate);
        Assert.True(after.P99 < 0.011);
    }

    [Fact]
    public void A_new_stage_does_not_look_back_on_the_last_one()
    {
        Add(canary: Cell(10, (1.0, 10)));

        Add(stage: 1, canary: Cell(0, (0.010, 10)));

        Assert.Equal(0, _series.Points[^1].Canary.ErrorRate);
        Assert.Equal([new(Arm.Baseline, 0, 0), new(Arm.Canary, 30, 10)], _series.Totals);
    }

    [Fact]
    public void Nothing_seen_is_nothing_shown()
    {
        Add();

        Assert.Equal(new(0, null, null, null), _series.Points[0].Baseline);
        Assert.Equal((Noon.AddSeconds(1), new Share(1_000)), (_series.Points[0].At, _series.Points[0].Share));
    }

    [Fact]
    public void Only_failures_have_an_error_rate_and_no_latency()
    {
        Add(canary: Cell(4));

        Assert.Equal(new(4, 1, null, null), _series.Points[0].Canary);
    }

    [Fact]
    public void A_slice_of_no_length_has_no_rate()
    {
        _series.Add(Slice(0, TimeSpan.Zero, CellEvidence.Empty, Cell(0, (0.01, 5))));

        Assert.Equal(0, _series.Points[0].Canary.PerSecond);
    }

    [Fact]
    public void Ten_minutes_are_kept_and_totals_go_back_to_the_start()
    {
        for (var i = 0; i < 700; i++)
        {
            Add(baseline: Cell(1, (0.010, 1)));
        }

        Assert.Equal(600, _series.Points.Count);
        Assert.Equal(Noon.AddSeconds(700), _series.Points[^1].At);
        Assert.Equal(new(Arm.Baseline, 1_400, 700), _series.Totals[0]);
    }

    private static CellEvidence Cell(long errors, params (double Seconds, long Count)[] latencies) => new()
    {
        Exchanges = errors + latencies.Sum(l => l.Count),
        Errors = errors,
        Latency = new(latencies.Select(l => LatencyBuckets.IndexOf(l.Seconds)).ToValueList(), latencies.Select(l => l.Count).ToValueList()),
    };

    private void Add(CellEvidence? baseline = null, CellEvidence? canary = null, int stage = 0) =>
        _series.Add(Slice(stage, TimeSpan.FromSeconds(1), baseline ?? CellEvidence.Empty, canary ?? CellEvidence.Empty));

    private EvidenceSlice Slice(int stage, TimeSpan length, CellEvidence baseline, CellEvidence canary) => new()
    {
        Number = ++_number,
        Stage = stage,
        Share = new(1_000),
        From = Noon.AddSeconds(_number - 1),
        Length = length,
        Baseline = new() { Cells = [baseline] },
        Canary = new() { Cells = [canary] },
    };
}
