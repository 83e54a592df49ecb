using System.Net;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class FeedbackApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/feedback";

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task One_item_is_taken_and_its_receipt_given()
    {
        var answer = await _admin.PostAsync(
            Path, """{"exchange":"t","label":"good","values":{"revenue":1.5},"events":["conversion","refund"],"id":"i","at":"2026-03-04T12:00:00Z"}""");

        Assert.Equal((HttpStatusCode.OK, """{"joined":1,"repeated":0,"unknown":0,"refused":[],"uncounted":0}"""), (answer.Status, answer.Text));
        var item = Assert.Single(_admin.Room.Feedback);
        Assert.Equal(("t", "good", 1.5, "i", Views.Noon), (item.Exchange, item.Label, item.Values!["revenue"], item.Id, item.At));
        Assert.Equal(["conversion", "refund"], item.Events!);
        answer.AssertSecured();
    }

    [Fact]
    public async Task Many_items_are_taken_in_order()
    {
        await _admin.PostAsync(Path, $"[{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"exchange":"{{i}}","label":"good"}"""))}]");

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"{i}"), _admin.Room.Feedback.Select(f => f.Exchange));
    }

    [Fact]
    public async Task No_items_are_nothing_wrong()
    {
        _admin.Room.Receipt = new(0, 0, 0, []);

        var answer = await _admin.PostAsync(Path, "[]");

        Assert.Equal((HttpStatusCode.OK, """{"joined":0,"repeated":0,"unknown":0,"refused":[],"uncounted":0}"""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Too_many_items_are_refused()
    {
        var answer = await _admin.PostAsync(Path, $"[{string.Join(',', Enumerable.Repeat("{}", 10_001))}]");

        answer.AssertProblem(HttpStatusCode.BadRequest, "10001 items in one batch; at most 10000");
        Assert.Empty(_admin.Room.Feedback);
    }

    [Theory]
    [InlineData("", "the body is not JSON")]
    [InlineData("not json", "the body is not JSON")]
    [InlineData("{\"label\":", "the body is not JSON")]
    [InlineData("7", "items[0]: is Number; an object is wanted")]
    [InlineData("null", "items[0]: is Null; an object is wanted")]
    [InlineData("[{},[]]", "items[1]: is Array; an object is wanted")]
    [InlineData("""{"lable":"good"}""", "items[0]: lable is no field; the fields are exchange, subject, model, label, values, events, id, at")]
    [InlineData("""{"label":7}""", "items[0].label: ")]
    [InlineData("""{"values":{"revenue":"much"}}""", "items[0].values.revenue: ")]
    [InlineData("""{"events":"conversion"}""", "items[0].events: wanted is an array of names")]
    [InlineData("""{"events":["conversion",7]}""", "items[0].events[1]: wanted is an array of names")]
    [InlineData("""{"at":"yesterday"}""", "items[0].at: ")]
    [InlineData("""{"label":"\ud800"}""", "items[0]")]
    [InlineData("""{"\ud800":1}""", "items[0]")]
    public async Task What_cannot_be_read_is_refused_as_a_whole(string body, string why)
    {
        (await _admin.PostAsync(Path, body)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Empty(_admin.Room.Feedback);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var body = new ByteArrayContent([.. "{\"label\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);

        (await _admin.SendAsync(HttpMethod.Post, Path, body)).AssertProblem(HttpStatusCode.BadRequest, "");
    }

    [Fact]
    public async Task Every_mistake_is_told_at_once_up_to_twenty()
    {
        var answer = await _admin.PostAsync(Path, $"[{string.Join(',', Enumerable.Repeat("7", 50))}]");

        answer.AssertProblem(HttpStatusCode.BadRequest, "items[0]");
        Assert.Contains("items[19]", answer.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("items[20]", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_JSON_is_refused()
    {
        var answer = await _admin.PostAsync(Path, new string('[', 100_000));

        answer.AssertProblem(HttpStatusCode.BadRequest, "the body is not JSON");
    }

    [Fact]
    public async Task A_long_name_is_not_sent_back_as_a_whole()
    {
        var answer = await _admin.PostAsync(Path, $$"""{"{{new string('n', 1 << 20)}}":1}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.True(answer.Text.Length < 2_000, $"the answer has {answer.Text.Length} characters");
    }

    [Fact]
    public async Task More_than_eight_mebibytes_are_refused()
    {
        var answer = await _admin.PostAsync(Path, new string(' ', (8 << 20) + 1), ("Expect", "100-continue"));

        answer.AssertProblem(HttpStatusCode.RequestEntityTooLarge, "8388608");
    }

    [Fact]
    public async Task Eight_mebibytes_are_taken()
    {
        var answer = await _admin.PostAsync(Path, "{\"label\":\"good\"}".PadRight(8 << 20));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task When_nothing_was_taken_the_answer_says_so_by_its_status()
    {
        _admin.Room.Receipt = new(0, 0, 0, ["items[0]: names neither"]);
        var all = await _admin.PostAsync(Path, "{}");
        var some = await _admin.PostAsync(Path, "[{},{}]");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.OK), (all.Status, some.Status));
        Assert.Equal("items[0]: names neither", all.Json.GetProperty("refused")[0].GetString());
    }

    [Fact]
    public async Task A_sender_is_told_to_come_again()
    {
        _admin.Room.Failure = new FeedbackBusyException();
        var busy = await _admin.PostAsync(Path, "{}");
        _admin.Room.Failure = new StoreUnavailableException("the disk is full");
        var down = await _admin.PostAsync(Path, "{}");

        busy.AssertProblem(HttpStatusCode.ServiceUnavailable, "too much feedback is waiting");
        down.AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full");
        Assert.Equal(["2", "2"], new[] { busy, down }.Select(a => a.Headers["Retry-After"]));
    }
}
