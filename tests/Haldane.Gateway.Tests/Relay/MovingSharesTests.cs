using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Shares that move and endpoints that are replaced, under load. HALDANE_LONG=1 makes it a thousand moves in a minute.</summary>
[Collection(Alone.Name)]
public sealed class MovingSharesTests(ITestOutputHelper output)
{
    private const int Callers = 16;
    private static readonly int Moves = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? 1_000 : 84;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentBag<string> _failures = [];
    private readonly long[] _answers = new long[2];

    [Fact]
    public async Task No_request_fails_while_shares_move_and_endpoints_are_replaced()
    {
        var versions = new RetiringVersion[] { new(Conducts.Legit), new(Conducts.Fraud) };
        var retired = new List<Task>();
        await using var rig = await Rig.StartAsync(Picture(versions, Share.None, 0));
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Callers).Select(c => Task.Run(() => CallAsync(rig, c, stop.Token))).ToArray();
        var begun = Stopwatch.StartNew();

        using var timer = new PeriodicTimer(Pace);
        for (var move = 1; move <= Moves; move++)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            var old = versions[move % 2];
            var replaces = move % 5 == 0;
            if (replaces)
            {
                versions[move % 2] = new(move % 2 == 0 ? Conducts.Legit : Conducts.Fraud);
            }

            rig.Router.Publish(new([Picture(versions, new(move * 3_701 % 10_001), move % 200)]));
            if (replaces)
            {
                retired.Add(old.RetireAsync(Patience));
            }
        }

        var seconds = begun.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(load);
        await Task.WhenAll(retired);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Moves} moves, {retired.Count} endpoints replaced, {_answers[0]:N0} answers of the baseline and {_answers[1]:N0} of the canary in {seconds:0.0} s ({_answers.Sum() / seconds:N0}/s), {_failures.Count} failed; gateway: {string.Join("; ", rig.Router.Traffic())}"));
        await rig.StopAsync();
        foreach (var version in versions)
        {
            await version.DisposeAsync();
        }

        Assert.Empty(_failures.Take(5));
        Assert.All(_answers, a => Assert.InRange(a, Callers, long.MaxValue));
        Assert.Equal(0, rig.Router.Traffic().Sum(t => t.Errors + t.Ejected + t.Overloaded + t.Abandoned));
    }

    private static RoutedModel Picture(RetiringVersion[] versions, Share share, int stage)
    {
        var model = Rig.Routed(Rig.Spec([versions[0].Address], [versions[1].Address]), share);
        return model with { Split = model.Split! with { Stage = stage } };
    }

    // Request after request on one connection, each of another subject.
    private async Task CallAsync(Rig rig, int number, CancellationToken stop)
    {
        await using var caller = await rig.ConnectAsync();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var answer = await caller.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: a\r\nx-user: {number}-{i}\r\nContent-Length: 0\r\n\r\n");
            if (answer is { Status: 200, Whole: true, Text: Conducts.Legit or Conducts.Fraud })
            {
                Interlocked.Increment(ref _answers[answer.Text == Conducts.Fraud ? 1 : 0]);
                continue;
            }

            _failures.Add($"{answer.Status} {answer.Text}");
            return;
        }
    }
}
