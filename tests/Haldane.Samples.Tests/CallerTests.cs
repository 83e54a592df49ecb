using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Haldane.Samples.Caller;
using Haldane.Samples.ModelServer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Haldane.Samples.Tests;

public sealed class CallerTests
{
    [Fact]
    public async Task A_run_against_the_server_reports_every_call_and_no_error()
    {
        await using var server = await FraudServer.StartAsync(new() { ServiceTime = new(TimeSpan.Zero, 0.25) }, TimeProvider.System);
        var traffic = new Traffic(
            new() { Target = server.Address, Rate = 1_000, Duration = TimeSpan.FromSeconds(0.3), Model = "fraud" },
            TimeProvider.System);

        var report = JsonNode.Parse(await traffic.RunAsync(CancellationToken.None))!;

        Assert.InRange((int)report["requests"]!, 150, 400);
        Assert.InRange((int)report["callerErrors"]!, 0, (int)report["requests"]! / 5); // some fail during the warm-up by intent
    }

    [Fact]
    public async Task Calls_that_find_nobody_are_errors_with_a_sample()
    {
        var traffic = new Traffic(
            new() { Target = new("http://127.0.0.1:1"), Rate = 200, Duration = TimeSpan.FromSeconds(0.2) },
            TimeProvider.System);

        var report = JsonNode.Parse(await traffic.RunAsync(CancellationToken.None))!;

        Assert.Equal((int)report["requests"]!, (int)report["callerErrors"]!);
        Assert.NotEmpty(report["samples"]!.AsArray());
    }

    [Fact]
    public async Task Labels_of_answered_exchanges_are_posted_once_each_and_what_joined_is_counted()
    {
        await using var gateway = await FakeGateway.StartAsync(failures: 1);
        var tally = new Tally();
        var labels = new LabelQueue(new(TimeSpan.Zero, TimeSpan.Zero), new Random(1), TimeProvider.System);
        labels.Add("ex-1", isFraud: true);
        labels.Add("ex-2", isFraud: false);
        using var sender = new FeedbackSender(gateway.Address, labels, tally, TimeProvider.System) { Pause = TimeSpan.Zero };

        await sender.PostAsync(labels.TakeDue(500), CancellationToken.None);

        var posted = JsonNode.Parse(gateway.LastBody)!.AsArray();
        Assert.Equal(2, gateway.Posts); // the first one failed and was repeated
        Assert.Equal((2, 2, 0), (tally.FeedbackSent, tally.FeedbackJoined, tally.FeedbackErrors));
        Assert.Equal([("ex-1", "fraud"), ("ex-2", "legit")], posted.Select(one => ((string?)one!["exchange"], (string?)one["label"])));
        Assert.Equal(2, posted.Select(one => (string?)one!["id"]).Distinct().Count());
    }

    [Fact]
    public async Task A_run_names_the_card_and_reports_the_outcome_of_the_exchanges_it_was_told_of()
    {
        await using var gateway = await FakeGateway.StartAsync(failures: 0);
        var options = new CallerOptions
        {
            Target = gateway.Address,
            Feedback = gateway.Address,
            Rate = 200,
            Duration = TimeSpan.FromSeconds(0.8), // three rounds of feedback
            LabelDelay = new(TimeSpan.Zero, TimeSpan.Zero),
        };

        var report = JsonNode.Parse(await new Traffic(options, TimeProvider.System).RunAsync(CancellationToken.None))!;

        Assert.Equal(0, (int)report["callerErrors"]!);
        Assert.Equal((int)report["feedbackSent"]!, (int)report["feedbackJoined"]!);
        Assert.InRange((int)report["feedbackSent"]!, 1, (int)report["requests"]!);
        Assert.Matches("^card-[0-9]{6}/(MY|SG|ID)$", gateway.LastCaller);
        Assert.StartsWith("ex-", (string?)JsonNode.Parse(gateway.LastBody)![0]!["exchange"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_that_keeps_failing_is_given_up_and_counted()
    {
        await using var gateway = await FakeGateway.StartAsync(failures: int.MaxValue);
        var tally = new Tally();
        var labels = new LabelQueue(new(TimeSpan.Zero, TimeSpan.Zero), new Random(1), TimeProvider.System);
        labels.Add("ex-1", isFraud: true);
        using var sender = new FeedbackSender(gateway.Address, labels, tally, TimeProvider.System) { Pause = TimeSpan.Zero };

        await sender.PostAsync(labels.TakeDue(500), CancellationToken.None);

        Assert.Equal((0, 1, 4), (tally.FeedbackSent, tally.FeedbackErrors, gateway.Posts));
    }

    [Fact]
    public void Arrivals_come_at_the_rate_and_a_stall_is_not_made_up_in_one_burst()
    {
        var arrivals = new Arrivals(new Random(1), rate: 2_000, rampUp: TimeSpan.Zero, TimeProvider.System);

        var steady = Enumerable.Range(1, 10_000).Sum(tick => arrivals.TakeDue(tick / 1000.0));
        var burst = arrivals.TakeDue(now: 11.0);

        Assert.InRange(steady, 19_500, 20_500);
        Assert.Equal(8, burst);
    }

    [Fact]
    public void Arrivals_can_become_more_and_more_evenly()
    {
        var arrivals = new Arrivals(new Random(1), rate: 2_000, rampUp: TimeSpan.FromSeconds(4), TimeProvider.System);

        var seconds = Enumerable.Range(0, 6).Select(second => Enumerable.Range(1, 1_000).Sum(tick => arrivals.TakeDue(second + (tick / 1000.0)))).ToArray();

        // The integral of the rate over each second; one that is right is further off than five deviations once in a million times.
        Assert.All(seconds.Zip([250.0, 750, 1_250, 1_750, 2_000, 2_000]), s => Assert.InRange(s.First, s.Second - 5 * Math.Sqrt(s.Second), s.Second + 5 * Math.Sqrt(s.Second)));
    }

    [Theory]
    [InlineData("10..14", 10.0, 14.0)]
    [InlineData("0.5", 0.5, 0.5)]
    public void A_label_delay_is_a_range_or_a_number(string text, double low, double high)
    {
        Assert.True(LabelDelay.TryParse(text, out var delay));
        Assert.Equal(new LabelDelay(TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high)), delay);
    }

    [Theory]
    [InlineData("14..10")]
    [InlineData("a..b")]
    [InlineData("1..2..3")]
    [InlineData("")]
    public void Anything_else_is_no_label_delay(string text)
    {
        Assert.False(LabelDelay.TryParse(text, out _));
    }

    [Theory]
    [InlineData("""{"outputs":[]}""", true)]
    [InlineData("""{"model":{"outputs":[]}}""", false)]
    [InlineData("""{"outputs":[""", false)]
    [InlineData("", false)]
    public void An_answer_is_sound_if_it_is_whole_and_has_outputs(string body, bool sound)
    {
        Assert.Equal(sound, Calls.IsSound(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void Quantiles_are_those_of_the_latencies_seen()
    {
        var tally = new Tally();
        for (var i = 1; i <= 1_000; i++)
        {
            tally.Answered(TimeSpan.FromMilliseconds(i));
        }

        Assert.Equal(500.0, tally.Quantile(0.50), 0.2);
        Assert.Equal(990.0, tally.Quantile(0.99), 0.2);
    }

    /// <summary>Answers infer calls with an exchange; its feedback endpoint fails some times before it works.</summary>
    private sealed class FakeGateway : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _failures;

        private FakeGateway(int failures)
        {
            _failures = failures;
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            _app = builder.Build();
            _app.Run(HandleAsync);
        }

        public Uri Address => new(_app.Urls.First());

        public int Posts { get; private set; }

        public string LastBody { get; private set; } = "";

        public string LastCaller { get; private set; } = "";

        public static async Task<FakeGateway> StartAsync(int failures)
        {
            var gateway = new FakeGateway(failures);
            await gateway._app.StartAsync();
            return gateway;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task HandleAsync(HttpContext context)
        {
            if (context.Request.Path == "/v2/models/fraud/infer")
            {
                LastCaller = $"{context.Request.Headers["X-User-Id"]}/{context.Request.Headers["X-Country"]}";
                context.Response.Headers["x-haldane-exchange"] = $"ex-{context.Connection.Id}";
                await context.Response.WriteAsync("""{"outputs":[]}""");
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            LastBody = await reader.ReadToEndAsync();
            Posts++;
            if (_failures > 0)
            {
                _failures--;
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            await context.Response.WriteAsync($$"""{"joined":{{JsonNode.Parse(LastBody)!.AsArray().Count}},"repeated":0,"unknown":0}""");
        }
    }
}
