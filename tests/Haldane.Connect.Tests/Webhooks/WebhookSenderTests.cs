using System.Text;
using System.Text.Json;
using Haldane.Connect.Webhooks;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Tests.Webhooks;

/// <summary>Against a receiver on a real socket.</summary>
public sealed class WebhookSenderTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Uri Source = new("urn:haldane:ledger:0123456789abcdef");

    private static readonly LedgerEntry Started = new()
    {
        At = new(2026, 3, 4, 12, 0, 0, 250, TimeSpan.Zero),
        Kind = "started",
        Rollout = "fraud-v2",
        Run = 3,
        Model = "fraud",
        By = "anna",
        Why = "started by anna & \"co\" <!channel>\nnow",
        Stage = 0,
        From = Share.None,
        To = new(1_000),
        Specification = JsonElement.Parse("""{"guards":["geheim"]}"""),
        ModelSpecification = JsonElement.Parse("""{"override":{"system":"geheim"}}"""),
    };

    private static readonly LedgerEntry RolledBack = Started with
    {
        Kind = "rolled-back",
        By = "judge",
        Why = "errors are 4 times the baseline's",
        From = new(1_000),
        To = Share.None,
        Stage = 1,
        Specification = null,
        ModelSpecification = null,
        Verdicts =
        [
            Verdict("mix", VerdictKind.Fail, null, 6, 5),
            Verdict("errors", VerdictKind.Fail, "country=ID", 9, 5),
            Verdict("p99", VerdictKind.Pass, null, 99, 5),
        ],
    };

    private static readonly LedgerEntry Frozen = Started with
    {
        Kind = "set", Rollout = "", Run = 0, Model = "", Why = "closing", From = Share.None, To = Share.None, Setting = new("freeze", "year-end", JsonElement.Parse("""{"hash":"geheim"}""")), Specification = null, ModelSpecification = null,
    };

    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task A_record_is_sent_as_a_CloudEvent_that_is_signed()
    {
        using var sender = Sender(key: Secret);

        var outcome = await sender.SendAsync(RecordOf(RolledBack), Source, None);

        Assert.Equal(SendOutcome.Delivered, outcome);
        var got = Assert.Single(_receiver.Got);
        Assert.Equal(("/hook?room=ops", "application/cloudevents+json; charset=utf-8"), (got.Path, got.Headers["Content-Type"]));
        Assert.Equal("7-00112233445566ff", got.Headers["webhook-id"]);
        Assert.Equal(WebhookKey.Read(Secret).Sign("7-00112233445566ff", long.Parse(got.Headers["webhook-timestamp"]), got.Body), got.Headers["webhook-signature"]);
        Assert.InRange(long.Parse(got.Headers["webhook-timestamp"]), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 30, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal(
            """{"specversion":"1.0","id":"7-00112233445566ff","source":"urn:haldane:ledger:0123456789abcdef","type":"dev.haldane.rollout.rolled-back","subject":"fraud-v2","time":"2026-03-04T12:00:00.25+00:00","datacontenttype":"application/json","data":{"number":7,"kind":"rolled-back","rollout":"fraud-v2","model":"fraud","run":3,"by":"judge","why":"errors are 4 times the baseline's","stage":1,"from":1000,"to":0,"guard":"errors","segment":"country=ID"}}""",
            Encoding.UTF8.GetString(got.Body));
    }

    [Fact]
    public async Task No_specification_no_prompt_and_no_hash_is_sent()
    {
        using var sender = Sender();

        await sender.SendAsync(RecordOf(Started), Source, None);
        await sender.SendAsync(RecordOf(Frozen), Source, None);

        Assert.All(_receiver.Got, got => Assert.DoesNotContain("geheim", Encoding.UTF8.GetString(got.Body), StringComparison.Ordinal));
        Assert.Equal(
            """{"specversion":"1.0","id":"7-00112233445566ff","source":"urn:haldane:ledger:0123456789abcdef","type":"dev.haldane.setting.set","subject":"freeze/year-end","time":"2026-03-04T12:00:00.25+00:00","datacontenttype":"application/json","data":{"number":7,"kind":"set","setting":"freeze","name":"year-end","by":"anna","why":"closing"}}""",
            Encoding.UTF8.GetString(_receiver.Got[1].Body));
    }

    [Fact]
    public async Task Slack_gets_one_line_that_calls_nobody()
    {
        using var sender = Sender(format: WebhookFormat.Slack);

        await sender.SendAsync(RecordOf(RolledBack), Source, None);
        await sender.SendAsync(RecordOf(Started), Source, None);
        await sender.SendAsync(RecordOf(Frozen), Source, None);

        Assert.Equal(
            [
                "fraud-v2 (model fraud): rolled back, canary from 10% to 0%, by judge: errors are 4 times the baseline's (guard errors, country=ID)",
                "fraud-v2 (model fraud): started, canary from 0% to 10%, by anna: started by anna &amp; \"co\" &lt;!channel&gt; now",
                "freeze year-end: set, by anna: closing",
            ],
            _receiver.Got.Select(g => JsonDocument.Parse(g.Body).RootElement.GetProperty("text").GetString()));
        Assert.All(_receiver.Got, g => Assert.StartsWith("application/json", g.Headers["Content-Type"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_reason_is_cut()
    {
        using var sender = Sender();

        await sender.SendAsync(RecordOf(RolledBack with { Why = new('x', 100_000) }), Source, None);

        Assert.InRange(_receiver.Got[0].Body.Length, 2_000, 3_000);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_signed_and_headers_of_ones_own_are_sent()
    {
        using var sender = Sender(headers: [new("X-Team", "risk"), new("Authorization", "Bearer geheim"), new("Content-Language", "en")]);

        await sender.SendAsync(RecordOf(RolledBack), Source, None);

        var headers = _receiver.Got[0].Headers;
        Assert.False(headers.ContainsKey("webhook-signature"));
        Assert.Equal(("risk", "Bearer geheim", "en"), (headers["X-Team"], headers["Authorization"], headers["Content-Language"]));
    }

    [Theory]
    [InlineData(200, SendOutcomeKind.Delivered, "")]
    [InlineData(202, SendOutcomeKind.Delivered, "")]
    [InlineData(302, SendOutcomeKind.Failed, "it answered 302; redirects are not followed")]
    [InlineData(308, SendOutcomeKind.Failed, "it answered 308; redirects are not followed")]
    [InlineData(400, SendOutcomeKind.Failed, "it answered 400")]
    [InlineData(404, SendOutcomeKind.Failed, "it answered 404")]
    [InlineData(410, SendOutcomeKind.Gone, "it answered 410")]
    [InlineData(429, SendOutcomeKind.Failed, "it answered 429")]
    [InlineData(503, SendOutcomeKind.Failed, "it answered 503")]
    public async Task Every_status_means_what_it_says(int status, SendOutcomeKind kind, string fault)
    {
        await using var elsewhere = await Receiver.StartAsync();
        _receiver.Answer = context =>
        {
            context.Response.Headers.Location = elsewhere.Address + "/taken";
            return Receiver.Status(context, status);
        };
        using var sender = Sender(key: Secret);

        var outcome = await sender.SendAsync(RecordOf(RolledBack), Source, None);

        Assert.Equal(kind, outcome.Kind);
        Assert.StartsWith(fault, outcome.Fault, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Got);
    }

    [Fact]
    public async Task One_that_hangs_is_given_up_and_so_is_one_that_breaks_off_or_is_not_there()
    {
        using var released = new CancellationTokenSource();
        using var impatient = new WebhookSender(Target(), TimeProvider.System, TimeSpan.FromMilliseconds(300));
        _receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted).WaitAsync(released.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        var hung = await impatient.SendAsync(RecordOf(RolledBack), Source, None);
        _receiver.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var sender = Sender();
        var broken = await sender.SendAsync(RecordOf(RolledBack), Source, None);
        using var nobody = new WebhookSender(Target() with { Url = $"http://127.0.0.1:{Receiver.FreePort()}/geheim" }, TimeProvider.System);
        var refused = await nobody.SendAsync(RecordOf(RolledBack), Source, None);
        await released.CancelAsync();

        Assert.Equal(
            [new(SendOutcomeKind.Failed, "it did not answer within 0.3 s"), new(SendOutcomeKind.Failed, "the connection broke before it had answered"), new(SendOutcomeKind.Failed, "it cannot be connected to")],
            new[] { hung, broken, refused });
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        _receiver.Answer = async context =>
        {
            var block = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        };
        using var sender = Sender();

        var outcome = await sender.SendAsync(RecordOf(RolledBack), Source, None).WaitAsync(TimeSpan.FromSeconds(8));

        Assert.Equal(SendOutcome.Delivered, outcome);
    }

    [Fact]
    public async Task Being_stopped_is_no_failure_of_the_receiver()
    {
        using var stop = new CancellationTokenSource();
        _receiver.Answer = async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var sender = Sender();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(RecordOf(RolledBack), Source, stop.Token));
    }

    [Theory]
    [InlineData("ftp://x/geheim", "is an address that is not http or https")]
    [InlineData("https://ann:geheim@x/", "is an address with a user or a password")]
    public void An_address_that_is_none_is_refused_without_being_repeated(string url, string message)
    {
        var thrown = Assert.Throws<FormatException>(() => new WebhookSender(Target() with { Url = url }, TimeProvider.System));

        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_of_it_is_scheme_host_and_port()
    {
        using var sender = new WebhookSender(new("https://hooks.example.com/services/geheim?token=geheim", Secret, WebhookFormat.Slack, []), TimeProvider.System);

        Assert.Equal(("https://hooks.example.com", "a receiver"), (sender.Shown, Target().ToString()));
    }

    private static Verdict Verdict(string guard, VerdictKind kind, string? segment, double evidence, double at) =>
        new() { Guard = guard, Signal = "error-rate", Kind = kind, Segment = segment, Reason = "x", FailEvidence = evidence, FailAt = at };

    private static LedgerRecord RecordOf(LedgerEntry entry) =>
        LedgerChain.Append(entry, 7, LedgerChain.Beginning) with { Hash = "00112233445566ff" + new string('0', 48) };

    private WebhookTarget Target() => new(_receiver.Address + "/hook?room=ops", null, WebhookFormat.CloudEvents, []);

    private WebhookSender Sender(string? key = null, WebhookFormat format = WebhookFormat.CloudEvents, ValueList<HeaderSpec>? headers = null) =>
        new(Target() with { Key = key, Format = format, Headers = headers ?? [] }, TimeProvider.System);
}
