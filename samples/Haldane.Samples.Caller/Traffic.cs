using System.Globalization;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Caller;

/// <summary>One run: calls, outcomes, and the report at the end.</summary>
internal sealed class Traffic(CallerOptions options, TimeProvider time)
{
    private readonly Tally _tally = new();

    /// <summary>Runs until the duration is over or the token is cancelled; returns the report, one line of JSON.</summary>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var labels = options.Feedback is null ? null : new LabelQueue(options.LabelDelay, Seeded(3), time);
        using var calls = new Calls(options.Target, options.Model, _tally, labels, time);
        using var feedback = labels is null ? null : new FeedbackSender(options.Feedback!, labels, _tally, time);
        var sendingFeedback = feedback?.RunAsync(end.Token) ?? Task.CompletedTask;
        var talking = options.Verbose ? TalkAsync(end.Token) : Task.CompletedTask;

        var start = time.GetTimestamp();
        await SendAsync(calls, end.Token);
        var sent = time.GetElapsedTime(start);
        await calls.DrainAsync();
        await end.CancelAsync();
        await sendingFeedback;
        await talking;
        return _tally.Report(sent);
    }

    // Sends until the end; also waits for the end when silent.
    private async Task SendAsync(Calls calls, CancellationToken stop)
    {
        var process = new PaymentProcess(Seeded(1), options.Subjects);
        var arrivals = new Arrivals(Seeded(2), options.Rate, options.RampUp ?? TimeSpan.Zero, time);
        var length = options.SilentAfter is { } silent && !(options.Duration <= silent) ? silent : options.Duration;
        await Task.Factory.StartNew(
            () => arrivals.Run(() => calls.Send(process.Next()), length, stop),
            CancellationToken.None,
            TaskCreationOptions.LongRunning, // a thread of its own: it waits on a clock
            TaskScheduler.Default);
        if (length != options.Duration)
        {
            var rest = options.Duration - length ?? Timeout.InfiniteTimeSpan;
            await Task.Delay(rest, time, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task TalkAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"requests {_tally.Requests} callerErrors {_tally.CallerErrors} notSent {_tally.NotSent} feedback {_tally.FeedbackSent}"));
            }
        }
        catch (OperationCanceledException)
        {
            // the end
        }
    }

    // One stream of chance per use: more calls must not change the delays, nor the other way round.
    private Random Seeded(int use) => new((int)Scramble.Of(((ulong)options.Seed << 8) | (uint)use));
}
