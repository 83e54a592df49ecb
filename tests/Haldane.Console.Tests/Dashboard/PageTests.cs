using System.Net;
using System.Net.ServerSentEvents;
using System.Text.RegularExpressions;
using Haldane.Console.Dashboard.Rollouts;
using Haldane.Console.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>The pages as a browser gets them, and the streams that keep them fresh.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task The_overview_leads_to_each_rollout()
    {
        var page = await _admin.GetAsync("/");

        Assert.Contains("<a href=\"/rollouts/fraud-v2\">fraud-v2</a>", page.Text, StringComparison.Ordinal);
        Assert.Contains("data-hx-sse:connect=\"/live?since=", page.Text, StringComparison.Ordinal);
        page.AssertSecured();
    }

    [Fact]
    public async Task Of_a_long_overview_the_first_rows_come_with_the_page_and_the_rest_when_it_is_there()
    {
        foreach (var number in Enumerable.Range(1, 40))
        {
            _admin.Room.Show(Views.Running($"fraud-n{number}"));
        }

        var (page, rest, whole) = ((await _admin.GetAsync("/")).Text, (await _admin.GetAsync("/rows")).Text, (await _admin.GetAsync("/?rows=all")).Text);

        Assert.Equal((20, 41, 41), (Rows(page), Rows(rest), Rows(whole)));
        Assert.Contains("data-hx-get=\"/rows\" data-hx-trigger=\"shown\" data-hx-swap=\"none\">21 more: <a data-hx-boost=\"false\" href=\"/?rows=all\">", page, StringComparison.Ordinal);
        Assert.Contains("Under way: 41.", page, StringComparison.Ordinal);
        Assert.StartsWith("<hx-partial hx-target=\"#overview\"", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("data-rest", rest + whole, StringComparison.Ordinal);
        (await _admin.GetAsync("/?rows=some")).AssertProblem(HttpStatusCode.BadRequest, "rows: wanted is all");

        static int Rows(string markup) => Regex.Count(markup, "<li id=\"rollout-", RegexOptions.None, Patience);
    }

    [Fact]
    public async Task Simulations_make_way_for_who_opens_a_page()
    {
        await _admin.GetAsync("/");
        await _admin.GetAsync("/ledger");
        await _admin.GetAsync("/healthz");

        Assert.Equal(2, _admin.Plans.Ways);
    }

    [Fact]
    public async Task A_rollout_shows_its_guards_its_stages_and_what_one_may_do()
    {
        var page = (await _admin.GetAsync("/rollouts/fraud-v2")).Text;

        string[] parts = ["<title>10% fraud-v2 - Haldane</title>", "neither yet", "id=\"guard-errors\"", "id=\"rail\"", "data-open=\"do-rollback\"", "data-open=\"do-pause\"", "haldane rollout rollback fraud-v2"];
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.DoesNotContain("do-resume", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_have_written_is_text_and_no_markup()
    {
        const string Evil = "<img src=x onerror=alert(1)>";
        var view = Views.Running("fraud-v2");
        _admin.Room.Show(view with
        {
            Rollout = view.Rollout with { Reason = Evil, Spec = view.Rollout.Spec with { Guards = [view.Rollout.Spec.Guards[0] with { Name = Evil }] } },
            Judgement = view.Judgement! with { Verdicts = [view.Judgement.Verdicts[0] with { Guard = Evil, Reason = Evil, Segment = Evil }] },
        });

        var (overview, page) = ((await _admin.GetAsync("/")).Text, (await _admin.GetAsync("/rollouts/fraud-v2")).Text);

        Assert.DoesNotContain("<img", overview + page, StringComparison.Ordinal);
        Assert.Contains("&lt;img", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_that_is_not_there_has_no_page() => (await _admin.GetAsync("/rollouts/nothing")).AssertProblem(HttpStatusCode.NotFound, "there is no rollout nothing");

    [Fact]
    public async Task What_a_form_asks_is_done_with_its_reason()
    {
        var answer = await PostAsync("pause", "a deploy next door");

        Assert.Equal((HttpStatusCode.OK, "Done: done as asked"), (answer.Status, answer.Text));
        Assert.Equal(["Pause fraud-v2 by api: a deploy next door"], _admin.Room.Commands);
    }

    [Fact]
    public async Task Whoever_takes_a_canary_back_need_not_write_first()
    {
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("rollback", "")).Status);
        (await PostAsync("pause", "  ")).AssertProblem(HttpStatusCode.BadRequest, "why: wanted is a text");
        (await PostAsync("pause", "a\nb")).AssertProblem(HttpStatusCode.BadRequest, "without line breaks");
        (await PostAsync("pause", new string('x', 5_000))).AssertProblem(HttpStatusCode.BadRequest, "wanted is a form");
        (await _admin.PostAsync("/rollouts/fraud-v2/pause", "{}")).AssertProblem(HttpStatusCode.BadRequest, "wanted is a form");
        Assert.Single(_admin.Room.Commands);
    }

    [Fact]
    public async Task What_cannot_be_done_says_why()
    {
        _admin.Room.Outcome = new(CommandOutcomeKind.Conflict, "it is <frozen>");
        (await PostAsync("start", "")).AssertProblem(HttpStatusCode.Conflict, "it is <frozen>");

        _admin.Room.Failure = new StoreUnavailableException("the disk is gone");
        (await PostAsync("start", "")).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is gone");
    }

    [Fact]
    public async Task A_page_of_another_site_moves_nothing()
    {
        var answer = await _admin.SendAsync(HttpMethod.Post, "/rollouts/fraud-v2/rollback", new FormUrlEncodedContent([new("why", "")]), ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Empty(_admin.Room.Commands);
    }

    [Fact]
    public async Task Numbers_are_columns_of_both_arms_and_each_guard()
    {
        var numbers = (await _admin.GetAsync("/rollouts/fraud-v2/numbers")).Json;

        Assert.Equal((1, 3), (numbers.GetProperty("run").GetInt32(), numbers.GetProperty("recent").GetProperty("t").GetArrayLength()));
        Assert.Equal(0.043, numbers.GetProperty("whole").GetProperty("c").GetProperty("p99")[0].GetDouble());
        Assert.Equal((1.25, "U"), (numbers.GetProperty("guards").GetProperty("errors").GetProperty("e")[0].GetDouble(), numbers.GetProperty("guards").GetProperty("errors").GetProperty("k").GetString()));
    }

    [Fact]
    public void A_guard_without_a_difference_has_its_proofs_and_one_with_it_has_none()
    {
        var at = DateTimeOffset.UnixEpoch;
        ValueList<BandPoint> blind =
        [
            new(1, at, VerdictKind.Undecided, null, null, null) { TowardPass = 0.25, TowardFail = 0 },
            new(2, at, VerdictKind.Pass, null, null, 1.7) { TowardPass = 1.26, TowardFail = 0.123456 },
        ];

        var proofs = BandColumns.Of(blind, 1);
        Assert.Equal((1.26, 0.1235, 1.7, "P"), (Assert.Single(proofs.P!), Assert.Single(proofs.F!), Assert.Single(proofs.H), proofs.K));

        var seen = BandColumns.Of([blind[0] with { Estimate = 1.1 }, blind[1]], 1);
        Assert.Equal((null, null, "P"), (seen.P, seen.F, seen.K));
    }

    [Fact]
    public async Task A_stream_brings_everything_first_and_then_only_what_has_changed()
    {
        using var response = await OpenAsync("/rollouts/fraud-v2/live");
        await using var news = Follow(response);

        var whole = await NextAsync(news, "message");
        var numbers = await NextAsync(news, "numbers");
        var view = Views.Running("fraud-v2", version: 3, points: 4);
        _admin.Room.Show(view with { Judgement = view.Judgement! with { Verdicts = [view.Judgement.Verdicts[0] with { Kind = VerdictKind.Pass, Reason = "proven" }, view.Judgement.Verdicts[1]] } });
        _admin.Time.Pass(TimeSpan.FromSeconds(1));
        var changed = await NextAsync(news, "message");

        Assert.Contains("hx-target=\"#rollout\"", whole, StringComparison.Ordinal);
        Assert.StartsWith("{\"run\":1,", numbers, StringComparison.Ordinal);
        Assert.Contains("hx-target=\"#guard-errors\"", changed, StringComparison.Ordinal);
        Assert.Contains("proven", changed, StringComparison.Ordinal);
        Assert.DoesNotContain("hx-target=\"#mixes\"", changed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_the_page_is_sent_only_what_is_newer()
    {
        var page = (await _admin.GetAsync("/rollouts/fraud-v2")).Text;
        var live = Regex.Match(page, "(?<=sse:connect=\")[^\"]+", RegexOptions.ExplicitCapture, Patience).Value;
        Change("proven");
        using var first = await OpenAsync(live);
        await using var news = Follow(first);

        var changed = await NextAsync(news, "message");
        await NextAsync(news, "numbers");
        var mark = news.Current.EventId;

        Assert.Contains("proven", changed, StringComparison.Ordinal);
        Assert.DoesNotContain("hx-target=\"#mixes\"", changed, StringComparison.Ordinal);

        // The connection breaks, something changes, and the browser comes back with what it had last.
        Change("doubtful");
        using var second = await OpenAsync(live, ("Last-Event-ID", mark!));
        await using var more = Follow(second);
        var since = await NextAsync(more, "message");

        Assert.Contains("doubtful", since, StringComparison.Ordinal);
        Assert.DoesNotContain("hx-target=\"#mixes\"", since, StringComparison.Ordinal);

        void Change(string reason)
        {
            var view = Views.Running("fraud-v2", version: 3, points: 4);
            _admin.Room.Show(view with { Judgement = view.Judgement! with { Verdicts = [view.Judgement.Verdicts[0] with { Kind = VerdictKind.Pass, Reason = reason }, view.Judgement.Verdicts[1]] } });
            _admin.Time.Pass(TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef-7")]
    public async Task A_mark_of_another_server_brings_everything(string mark)
    {
        using var response = await OpenAsync($"/rollouts/fraud-v2/live?since={mark}");
        await using var news = Follow(response);

        Assert.Contains("hx-target=\"#rollout\"", await NextAsync(news, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_says_that_nothing_changes_and_ends_whole_when_the_server_stops()
    {
        using var response = await OpenAsync("/live");
        await using var news = Follow(response);
        await NextAsync(news, "message");
        await NextAsync(news, "still");

        await _admin.StopAsync();

        while (await news.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            Assert.Equal("still", news.Current.EventType);
        }
    }

    [Fact]
    public async Task A_row_of_the_overview_that_only_creeps_is_told_of_every_ten_seconds()
    {
        var view = Views.Running("fraud-v2");
        _admin.Room.Show(Silent(11));
        using var response = await OpenAsync("/live");
        await using var news = Follow(response);
        await NextAsync(news, "message");

        _admin.Room.Show(Silent(12));
        _admin.Time.Pass(TimeSpan.FromSeconds(1));
        await NextAsync(news, "still");
        _admin.Time.Pass(TimeSpan.FromSeconds(10));
        var later = await NextAsync(news, "message");

        Assert.Contains("silent for 12 s", later, StringComparison.Ordinal);

        RolloutView Silent(int seconds) => view with { Rollout = view.Rollout with { Hold = HoldReason.NoData, Reason = $"silent for {seconds} s" } };
    }

    [Theory]
    [InlineData("/", "br")]
    [InlineData("/rollouts/fraud-v2/numbers", "br")]
    [InlineData("/live", "identity")]
    public async Task What_a_browser_unpacks_is_packed_but_no_stream(string path, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Encoding", "gzip, br");

        using var response = await _admin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
    }

    [Fact]
    public async Task Who_only_sees_is_offered_nothing_and_told_what_it_takes()
    {
        var tokens = new FakeTokens();
        var token = tokens.Add("ada", Role.Viewer, []);
        await using var admin = await Admin.StartAsync(new() { Always = true }, tokens);

        var page = await admin.GetAsync("/rollouts/fraud-v2", ("Authorization", $"Bearer {token}"));

        Assert.DoesNotContain("data-open", page.Text, StringComparison.Ordinal);
        Assert.Contains("You are a viewer; to pause or rollback takes an operator or an approver or an admin.", page.Text, StringComparison.Ordinal);
        Assert.Contains("ada, a viewer", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_a_verdict_one_comes_to_its_arithmetic()
    {
        var page = (await _admin.GetAsync("/rollouts/fraud-v2/guards/errors")).Text;

        string[] parts = ["error rate at most 1.5 times the baseline", "promise.falseRollback", "<th scope=\"row\">this guard&#x27;s part of it</th><td>1 %</td>", "1.25 times", "data-hx-sse:connect=\"/rollouts/fraud-v2/guards/errors/live?since="];
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
        (await _admin.GetAsync("/rollouts/fraud-v2/guards/nothing")).AssertProblem(HttpStatusCode.NotFound, "there is no rollout fraud-v2 with a guard nothing");
    }

    [Fact]
    public async Task The_records_of_a_rollout_and_of_all_are_read_page_by_page()
    {
        var mine = await _admin.GetAsync("/rollouts/fraud-v2/records?before=12");
        var asked = _admin.Ledger.Asked;
        var all = await _admin.GetAsync("/ledger");

        Assert.Equal("before 12 limit 30 rollout fraud-v2", asked);
        Assert.Equal("before - limit 30 rollout -", _admin.Ledger.Asked);
        Assert.DoesNotContain("<html", mine.Text, StringComparison.Ordinal);
        Assert.Contains("class=\"record\"", all.Text, StringComparison.Ordinal);
        Assert.Contains("aria-current=\"page\">Ledger</a>", all.Text, StringComparison.Ordinal);
        _admin.Ledger.Failure = new StoreUnavailableException("the disk is gone");
        (await _admin.GetAsync("/ledger")).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is gone");
    }

    [Fact]
    public async Task Segments_come_with_the_most_evidence_of_harm_first()
    {
        var table = (await _admin.GetAsync("/rollouts/fraud-v2/segments")).Text;
        var json = (await _admin.GetAsync("/api/v1/rollouts/fraud-v2/segments")).Json;

        Assert.True(table.IndexOf("country=ID", StringComparison.Ordinal) < table.IndexOf("country=MY", StringComparison.Ordinal));
        Assert.Contains("<tr data-proven><th scope=\"row\">country=ID</th>", table, StringComparison.Ordinal);
        Assert.Contains("4 times, at least 2.1 times", table, StringComparison.Ordinal);
        Assert.Equal(["country=MY", "country=ID"], json.EnumerateArray().Select(s => s.GetProperty("segment").GetString()));
        Assert.Contains("There are no segments", (await _admin.GetAsync("/rollouts/chat-v2/segments")).Text, StringComparison.Ordinal);
    }

    private Task<Answer> PostAsync(string verb, string why) => _admin.SendAsync(HttpMethod.Post, $"/rollouts/fraud-v2/{verb}", new FormUrlEncodedContent([new("why", why)]));

    private async Task<HttpResponseMessage> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _admin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static IAsyncEnumerator<SseItem<string>> Follow(HttpResponseMessage stream) => SseParser.Create(stream.Content.ReadAsStream()).EnumerateAsync().GetAsyncEnumerator();

    private static async Task<string> NextAsync(IAsyncEnumerator<SseItem<string>> news, string kind)
    {
        do
        {
            Assert.True(await news.MoveNextAsync().AsTask().WaitAsync(Patience));
        }
        while (news.Current.EventType == "still" && kind != "still");

        Assert.Equal(kind, news.Current.EventType);
        return news.Current.Data;
    }
}
