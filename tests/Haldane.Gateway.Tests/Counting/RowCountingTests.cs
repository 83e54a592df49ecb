using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Counting;

public sealed class RowCountingTests
{
    private static readonly Share Half = new(5_000);

    private static readonly MixSizes Mixes = new(4, ConfidenceBins.Count, 3);

    [Fact]
    public void Each_row_counts_in_each_cell_and_in_the_group_of_its_request()
    {
        var cells = new SegmentCells([new("country", "x-country", ["MY", "SG"])]);
        var counters = new StageCounters(cells, new(cells.Count, Mixes, firstToken: false), 2, new(cells.Count, Mixes, firstToken: false, 2, inRows: true));
        var rows = new PredictionRows();
        for (var row = 0; row < 100; row++)
        {
            rows.SetClass(row, row < 90 ? row % 2 : ExchangeToken.NoClass);
            rows.SetConfidence(row, row % 4 == 0 ? null : 0.97);
        }

        counters.Answered(new(Arm.Canary, 64 + 7, cells.Encode([1])) { Latency = 0.02, Prediction = Prediction.Unread, Rows = rows, Feature = 2 });
        var observed = counters.Collect(1, Half).Canary;

        foreach (var cell in new[] { 0, 2 })
        {
            Assert.Equal((1, 10, 100), (observed.Cells[cell].Exchanges, observed.Cells[cell].Unread, observed.Cells[cell].Predictions));
            Assert.Equal([45, 45, 0, 0], observed.Cells[cell].Classes);
            Assert.Equal((75, 75), (observed.Cells[cell].Confidence[19], observed.Cells[cell].Confidence.Sum()));
            Assert.Equal([0, 0, 1], observed.Cells[cell].Attribution); // of the answer, not of each row
            Assert.Equal(1, observed.Cells[cell].Latency.Total());
        }

        var groups = observed.ByGroup!;
        Assert.Equal([SubjectGroups.Key(0, 7), SubjectGroups.Key(1, 7)], groups.Classes.Buckets);
        Assert.Equal([45, 45], groups.Classes.Counts);
        Assert.Equal(([SubjectGroups.Key(2, 7)], [1]), (groups.Attribution.Buckets, groups.Attribution.Counts));
        Assert.Equal([SubjectGroups.Key(0, 7), SubjectGroups.Key(2, 7)], groups.Predictions.Buckets);
        Assert.Equal([100, 100], groups.Predictions.Counts);
        Assert.Equal([1, 1], groups.Answers.Counts);
    }

    [Fact]
    public void Without_classes_unread_counts_confidences()
    {
        var counters = new StageCounters(new([]), new(1, new(0, ConfidenceBins.Count, 0), firstToken: false), 1, groups: null);
        counters.Answered(new(Arm.Canary, 7, 0) { Prediction = Prediction.Unread });
        counters.Answered(new(Arm.Canary, 7, 0) { Prediction = new(ExchangeToken.NoClass, 0.5) });
        var rows = new PredictionRows();
        rows.SetConfidence(0, 0.5);
        rows.SetConfidence(2, 0.5);
        counters.Answered(new(Arm.Canary, 7, 0) { Prediction = Prediction.Unread, Rows = rows });

        var everyone = counters.Collect(1, Half).Canary.Cells[0];

        Assert.Equal((3, 2, 3, 5), (everyone.Exchanges, everyone.Unread, everyone.Confidence.Sum(), everyone.Predictions));
    }
}
