using System.Text.Json;
using Haldane.Core.Series;

namespace Haldane.Core.Tests.Series;

public sealed class SeriesReaderTests
{
    [Fact]
    public void Long_CSV_holds_any_number_of_metrics_in_any_order()
    {
        var request = Csv("""
            time,metric,arm,value
            2026-03-04T12:00:30Z,latency,canary,2
            2026-03-04T12:00:00Z,latency,baseline,1
            2026-03-04T12:00:00Z,latency,canary,
            0,errors,control,0
            0,errors,experiment,NaN
            """);

        Assert.Equal(["latency", "errors"], request.Metrics.Select(m => m.Name));
        Assert.Equal([double.NaN, 2], request.Metrics[0].Canary.Select(p => p.Value));
        Assert.Equal(30, request.Metrics[0].Canary[1].Time - request.Metrics[0].Canary[0].Time);
        Assert.True(double.IsNaN(request.Metrics[1].Canary[0].Value));
    }

    [Theory]
    [InlineData("time,baseline,canary\n1,2,3\n2,4,\n", "file")]
    [InlineData("p99.baseline;p99.canary\n2;3\n4;null\n", "p99")]
    [InlineData("\uFEFF\"p99_control\",\"p99_experiment\"\r\n2,3\r\n4,NaN\r\n", "p99")]
    public void Wide_CSV_is_read_by_its_column_names(string text, string name)
    {
        var metric = Assert.Single(Csv(text).Metrics);

        Assert.Equal(name, metric.Name);
        Assert.Equal([2, 4], metric.Baseline.Select(p => p.Value));
        Assert.Equal([3, double.NaN], metric.Canary.Select(p => p.Value));
    }

    [Fact]
    public void Wide_CSV_is_read_by_the_columns_that_are_named()
    {
        var into = new SeriesBuilder();

        SeriesCsvReader.Read("v1\tv2\n1\t2\n", "dir/file.tsv", "v1", "v2", into);

        Assert.Equal((1.0, 2.0), (into.Build(0.01, 0.05, 1)!.Metrics[0].Baseline[0].Value, into.Build(0.01, 0.05, 1)!.Metrics[0].Canary[0].Value));
    }

    [Fact]
    public void Every_mistake_of_a_CSV_file_is_told_with_its_line()
    {
        var into = new SeriesBuilder();

        SeriesCsvReader.Read("time,baseline,canary\n1,2,x\ny,1,1\n3,1\n4,1,1\n4,1,1\n", "f.csv", null, null, into);

        Assert.Null(into.Build(0.01, 0.05, 1));
        Assert.Equal(
            [
                "f.csv:2: the value is x; wanted is a number, or nothing for a gap",
                "f.csv:3: the time is y; wanted is a number of seconds or a time such as 2026-03-04T12:00:00Z",
                "f.csv:4: has 2 cells; wanted are 3",
            ],
            into.Mistakes.Take(3));
        Assert.Contains("f.csv: f.baseline: the time 4 is there twice; wanted is one value at a time", into.Mistakes);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,b\n1,2\n", "the columns are a, b; wanted are time,metric,arm,value")]
    [InlineData("metric,arm,value\nm,left,1\n", "the arm is left; wanted is baseline (control) or canary (experiment)")]
    public void A_CSV_file_that_is_none_is_refused_with_a_cure(string text, string why)
    {
        var into = new SeriesBuilder();

        SeriesCsvReader.Read(text, "f.csv", null, null, into);

        Assert.Contains(into.Mistakes, m => m.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void JSON_takes_numbers_pairs_gaps_and_hints()
    {
        var (asked, request) = Json("""
            { "falseRollback": "2%", "falsePromotion": 0.1, "seed": 7, "metrics": [
              { "name": "a", "baseline": [1, null, "NaN", 2.5], "canary": [1, 2], "direction": "increase", "fine": "1%", "bad": "0.5sd", "weight": 2, "required": false },
              { "name": "b", "baseline": [[0, 1], ["2026-03-04T12:00:00Z", "+Inf"]], "canary": [[0, "3"]], "bad": 20 } ] }
            """);

        Assert.Equal((0.02, 0.1, 7L), (asked.FalseRollback, asked.FalsePromotion, asked.Seed));
        var (a, b) = (request!.Metrics[0], request.Metrics[1]);
        Assert.Equal([1, double.NaN, double.NaN, 2.5], a.Baseline.Select(p => p.Value));
        Assert.Equal((HarmDirection.Increase, new(0.01, MarginScale.Relative), new(0.5, MarginScale.Noise), 2, false), (a.Direction, a.Fine!.Value, a.Bad!.Value, a.Weight, a.Required));
        Assert.Equal((3.0, double.NaN, new SeriesMargin(20, MarginScale.Own)), (b.Canary[0].Value, b.Baseline[1].Value, b.Bad!.Value));
    }

    [Fact]
    public void JSON_takes_queries_and_their_window()
    {
        var (asked, request) = Json("""{ "window": "1h", "step": "30s", "to": "2026-03-04T12:00:00Z", "metrics": [{ "name": "a", "baselineQuery": "up", "canaryQuery": "down" }] }""");
        var range = asked.Window.At(DateTimeOffset.UnixEpoch, new())!.Value;

        Assert.Null(request);
        Assert.Equal(("a", "up", "down"), (asked.Queries[0].Name, asked.Queries[0].Baseline, asked.Queries[0].Canary));
        Assert.Equal((new DateTimeOffset(2026, 3, 4, 11, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(30)), (range.From, range.Step));
    }

    [Theory]
    [InlineData("[]", "wanted is an object with a list \"metrics\"")]
    [InlineData("""{"metrics":[]}""", "there is no metric")]
    [InlineData("""{"metrics":[7]}""", "metrics[0]: is Number; wanted is an object")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[true]}]}""", "metrics[0].canary[0]: is true; wanted is a number, null, or a pair")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[[1,2,3]]}]}""", "metrics[0].canary[0]: is [1,2,3]")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1]}]}""", "metrics[0].canary: wanted is a list of numbers")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1],"direction":"up"}]}""", "metrics[0].direction: is \"up\"; wanted is increase, decrease or either")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1],"bad":"-3%"}]}""", "metrics[0].bad: is \"-3%\"; wanted is a margin such as 5%")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1],"fine":"5%","bad":"1%"}]}""", "metrics[0].fine: is 5%, beyond bad (1%)")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1],"weight":-1}]}""", "metrics[0].weight: is -1; wanted is 0 (only watched) to 1000")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1],"margin":"5%"}]}""", "metrics[0].margin: is no field; the fields are name, baseline")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[1],"canary":[1]},{"name":"a","baseline":[1],"canary":[1]}]}""", "the metric a is there twice")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[[1,1]],"canary":[1]}]}""", "only one arm has times")]
    [InlineData("""{"metrics":[{"name":"a","baseline":[[1,1],2],"canary":[1]}]}""", "some points have a time and some have none")]
    [InlineData("""{"metrics":[{"name":"\ud800","baseline":[1],"canary":[1]}]}""", "wanted is a text in valid Unicode")]
    [InlineData("""{"seed":1.5,"metrics":[]}""", "seed: is 1.5; wanted is a whole number")]
    [InlineData("""{"falseRollback":"80%","metrics":[{"name":"a","baseline":[1],"canary":[1]}]}""", "falseRollback is 0.8; wanted is more than 0 and less than 50%")]
    public void JSON_with_a_mistake_is_refused_with_its_place(string text, string why)
    {
        var into = new SeriesBuilder();
        using var document = JsonDocument.Parse(text);
        var asked = SeriesJsonReader.Read(document.RootElement, "", into);

        Assert.Null(into.Build(asked.FalseRollback ?? 0.01, asked.FalsePromotion ?? 0.05, 1));
        Assert.Contains(into.Mistakes, m => m.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Sizes_are_limited()
    {
        var into = new SeriesBuilder();
        var many = Enumerable.Repeat(new SeriesPoint(null, 1), SeriesLimits.PointsInSeries + 1).ToList();
        for (var i = 0; i <= SeriesLimits.Metrics; i++)
        {
            into.Add($"m{i}", $"m{i}", i == 0 ? many : [], [], new());
        }

        Assert.Contains(into.Mistakes, m => m.Contains("has 20001 points; at most 20000", StringComparison.Ordinal));
        Assert.Contains(into.Mistakes, m => m.Contains("more than 100 metrics", StringComparison.Ordinal));
    }

    private static SeriesRequest Csv(string text)
    {
        var into = new SeriesBuilder();
        SeriesCsvReader.Read(text, "dir/file.csv", null, null, into);
        Assert.Empty(into.Mistakes);
        return into.Build(0.01, 0.05, 1)!;
    }

    private static (SeriesJsonReader.Asked Asked, SeriesRequest? Request) Json(string text)
    {
        var into = new SeriesBuilder();
        using var document = JsonDocument.Parse(text);
        var asked = SeriesJsonReader.Read(document.RootElement, "", into);
        Assert.Empty(into.Mistakes);
        return (asked, into.Build(0.01, 0.05, 1));
    }
}
