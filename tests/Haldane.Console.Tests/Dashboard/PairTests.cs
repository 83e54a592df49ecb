using System.Net;
using Haldane.Console.Dashboard.Shadow;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>Pairs of answers that differ, as people look at them.</summary>
public sealed class PairTests
{
    private static readonly DifferingPair[] Pairs =
    [
        Pair(4, "{\"id\":1}") with { Similarity = 0.9, Fields = ["/text"] },
        Pair(3, "{\"id\":2}") with { Canary = new(500, 0.1, "broken") },
        Pair(2, "{\"id\":3}") with { ConfidenceDifference = -0.3, Fields = ["/label", "/score"] },
        Pair(1, "{\"id\":4}") with { Fields = ["/label"] },
    ];

    [Fact]
    public void Pairs_are_counted_by_how_and_where_they_differ()
    {
        var model = Of(new(null, null, BySize: false));

        Assert.Equal([(PairKind.Status, 1), (PairKind.Fields, 3), (PairKind.Text, 1), (PairKind.Confidence, 1)], model.Kinds);
        Assert.Equal([("/label", 2), ("/score", 1), ("/text", 1)], model.Fields);
        Assert.Equal([4, 3, 2, 1], model.Rows.Select(r => r.Pair.Number));
    }

    [Fact]
    public void One_sees_what_one_asks_for_and_the_most_different_first()
    {
        Assert.Equal([3, 2, 4, 1], Of(new(null, null, BySize: true)).Rows.Select(r => r.Pair.Number));
        Assert.Equal([2, 1], Of(new(null, "/label", BySize: false)).Rows.Select(r => r.Pair.Number));
        Assert.Equal([4], Of(new(PairKind.Text, null, BySize: false)).Rows.Select(r => r.Pair.Number));
        Assert.Equal("/rollouts/r/pairs?kind=text&field=%2Flabel&by=size", Of(new(PairKind.Text, "/label", true)).Href(new(PairKind.Text, "/label", true)));
    }

    [Fact]
    public void Of_many_some_are_shown_until_all_are_asked_for()
    {
        DifferingPair[] many = [.. Enumerable.Range(0, 60).Select(i => Pair(60 - i, "{}"))];

        var some = PairModels.Of("r", 100, many, new(null, null, BySize: false));
        Assert.Equal((30, 60, 60L), (some.Rows.Count, some.Found, some.Rows[0].Pair.Number));
        var whole = some.Filter with { IsWhole = true };
        Assert.Equal("/rollouts/r/pairs?show=all", some.Href(whole));
        Assert.Equal(60, PairModels.Of("r", 100, many, whole).Rows.Count);
    }

    [Fact]
    public void Json_is_compared_in_one_order_and_a_changed_word_is_told_from_its_line()
    {
        var rows = PairDiff.Of("""{"b":"it is a cat","a":1}""", """{"a":1,"b":"it is a dog"}""");

        Assert.Equal(["{", "  \"a\": 1,", "  \"b\": \"it is a cat\"", "}"], rows.Select(r => string.Concat(r.Baseline.Pieces.Select(p => p.Text))));
        Assert.Equal([PieceKind.Same, PieceKind.Same, PieceKind.Other, PieceKind.Same], rows.Select(r => r.Canary.Kind));
        Assert.Contains(rows[2].Canary.Pieces, p => p is { Text: "dog\"", IsOther: true });
        Assert.Contains(rows[2].Baseline.Pieces, p => p is { Text: "is", IsOther: false });
    }

    [Fact]
    public void What_is_no_json_is_compared_line_by_line_and_what_is_missing_leaves_a_gap()
    {
        var rows = PairDiff.Of("one\ntwo", "one\nnew\ntwo");

        Assert.Equal([PieceKind.Same, PieceKind.Missing, PieceKind.Same], rows.Select(r => r.Baseline.Kind));
        Assert.Equal("line\n  break", PairDiff.Pretty("\"line\\nbreak\"")![1..^1]);
        Assert.Null(PairDiff.Pretty("{\"cut\":\"at 16 Ki"));
    }

    [Fact]
    public async Task A_pair_is_shown_as_text_whatever_is_in_it()
    {
        await using var admin = await Admin.StartAsync();
        admin.Traffic.Differing = [Pair(7, "{\"x\":\"<script>\"}") with { Canary = new(200, null, "<b>no</b>") }];

        var (list, pair) = (await admin.GetAsync("/rollouts/fraud-v2/pairs"), await admin.GetAsync("/rollouts/fraud-v2/pairs/7"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (list.Status, pair.Status));
        Assert.DoesNotContain("<script>\"", list.Text + pair.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>no", pair.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/rollouts/fraud-v2/pairs/8")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/rollouts/fraud-v2/pairs?kind=odd")).Status);
    }

    [Fact]
    public async Task Where_nothing_is_kept_the_page_says_how_to_have_it()
    {
        await using var admin = await Admin.StartAsync();

        Assert.Contains("is in no shadow stage", (await admin.GetAsync("/rollouts/fraud-v2/pairs")).Text, StringComparison.Ordinal);
        admin.Traffic.Differing = [];
        Assert.Contains("keepPairs: 100", (await admin.GetAsync("/rollouts/fraud-v2/pairs")).Text, StringComparison.Ordinal);
    }

    private static PairsModel Of(PairFilter filter) => PairModels.Of("r", 100, Pairs, filter);

    private static DifferingPair Pair(long number, string request) => new() { Number = number, At = Views.Noon, Request = request, Baseline = new(200, 0.2, "{}"), Canary = new(200, 0.1, "{}") };
}
