using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Hosting;

namespace Haldane.Demo;

/// <summary>One scenario from start to end: two model servers, one Haldane, callers, all real and on loopback.</summary>
internal sealed class DemoRun : IAsyncDisposable
{
    // The tables of the model servers and callers are compiled while the rollout has not started, so that a cold start decides nothing.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    // Four programs that compile themselves while thousands call them would have callers refused.
    private static readonly TimeSpan RampUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan SilenceWatched = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CrashAfter = TimeSpan.FromSeconds(2);
    private static readonly Share CrashStage = new(1_000);
    private const int UsualRate = 2_000;

    private readonly Scenario _scenario;
    private readonly TimeSpan _limit;
    private readonly string _folder;
    private readonly SampleProcess _canary;
    private readonly SampleProcess _baseline;
    private readonly SampleProcess _callers;
    private readonly HaldaneHost _host;
    private readonly ILoggerFactory _logging;
    private readonly long _callersStarted;
    private long _started;
    private TimeSpan _played;
    private bool _finished;

    private DemoRun(
        Scenario scenario, int rate, string folder, SampleProcess baseline, SampleProcess canary, SampleProcess callers, HaldaneHost host, ILoggerFactory logging)
    {
        _scenario = scenario;
        _limit = TimeSpan.FromSeconds(120 * Math.Max(1.0, UsualRate / (double)rate));
        _folder = folder;
        _baseline = baseline;
        _canary = canary;
        _callers = callers;
        _host = host;
        _logging = logging;
        _callersStarted = TimeProvider.System.GetTimestamp();
    }

    public string PageAddress => _host.AdminAddress;

    public string DataAddress => _host.DataAddresses[0];

    /// <summary>Where the rollout stands.</summary>
    public RolloutView View => _host.Room.Rollouts[0];

    /// <summary>Starts all parts; the rollout waits.</summary>
    /// <param name="scenario">What happens.</param>
    /// <param name="rate">Requests per second.</param>
    /// <param name="seed">Makes it the same again.</param>
    /// <param name="store">The file that keeps ledger and evidence; null: one that is gone at the end.</param>
    /// <param name="cancel">Gives it up.</param>
    public static async Task<DemoRun> StartAsync(Scenario scenario, int rate, int seed, string? store, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("haldane-demo-").FullName;
        var started = new Stack<IAsyncDisposable>();
        try
        {
            var baseline = Server("logistic", "v1", seed, null);
            started.Push(baseline);
            var canary = Server(scenario.Model, "v2", seed + 1, scenario.Fault);
            started.Push(canary);
            var text = DemoSpecification.Text(await baseline.ReadyAsync(cancel), await canary.ReadyAsync(cancel));
            await File.WriteAllTextAsync(Path.Combine(folder, "demo.yaml"), text, cancel);

            var logging = Logs.ToStandardError(LogLevel.Error);
            var loopback = new IPEndPoint(IPAddress.Loopback, 0);
            var options = new HostOptions([DemoSpecification.File(text)], [new(loopback, false)], new(loopback), store ?? Path.Combine(folder, "haldane.db"));
            var host = await HaldaneHost.StartAsync(options, TimeProvider.System, logging, cancel);
            started.Push(host);
            string[] silence = scenario.Silence ? ["--silent-after", $"{SilentAfter.TotalSeconds}"] : [];
            var callers = SampleProcess.Start("caller", "Haldane.Samples.Caller", [
                "--target", host.DataAddresses[0], "--feedback", host.AdminAddress, "--rate", $"{rate}", "--ramp-up", $"{RampUp.TotalSeconds}", "--seed", $"{seed}", "--label-delay", "10..14", .. silence]);
            return new(scenario, rate, folder, baseline, canary, callers, host, logging);
        }
        catch
        {
            foreach (var part in started)
            {
                await part.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Starts the rollout and gives its views until the scenario has ended or its time is over.</summary>
    public async IAsyncEnumerable<RolloutView> PlayAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.Delay(WarmUp, cancel);
        await _host.Room.CommandAsync(DemoSpecification.Rollout, RolloutCommand.Start, Person.Anyone with { Name = "demo" }, null, cancel);
        _started = TimeProvider.System.GetTimestamp();
        var version = 0L;
        while (await _host.Room.ChangedAsync(DemoSpecification.Rollout, version, cancel) is { } view)
        {
            version = view.Version;
            if (_scenario.Crash && view is { Rollout.Phase: Phase.Running, Judgement: { } judgement }
                && view.Rollout.CanaryShare == CrashStage && judgement.Baked >= CrashAfter && _canary.IsRunning)
            {
                _canary.Kill();
            }

            // Before the view is given away: whoever draws it may not come back for another.
            _played = TimeProvider.System.GetElapsedTime(_started);
            yield return view;
            if (view.Rollout.Ended || IsOver())
            {
                yield break;
            }
        }
    }

    /// <summary>Lets the end show in the traffic, stops the callers and sums up.</summary>
    public async Task<DemoResult> FinishAsync(CancellationToken cancel)
    {
        await Task.Delay(Aftermath, cancel);
        _finished = true;
        var report = await _callers.FinishAsync();
        var caller = report is null ? null : JsonSerializer.Deserialize(report, DemoJson.Default.CallerReport);
        if (caller is null)
        {
            throw new IOException("the callers ended without a report");
        }

        var (rollout, canary) = (View.Rollout, View.Totals[1]);
        return new(
            _scenario.Name,
            rollout.Phase,
            rollout.Guard,
            rollout.Segment,
            rollout.Phase == Phase.Promoted ? Share.Whole : rollout.Spec.Stages[rollout.Stage].Share.BasisPoints,
            rollout.Reason,
            caller.Requests,
            canary.Exchanges,
            canary.Errors,
            caller.CallerErrors,
            Math.Round(_played.TotalSeconds, 1))
        {
            NotSent = caller.NotSent,
            NoRoom = _host.Traffic.Traffic().Sum(t => t.Overloaded),
            FeedbackErrors = caller.FeedbackErrors,
            CallerSamples = caller.Samples,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_finished)
        {
            await _callers.FinishAsync();
        }

        await _callers.DisposeAsync();
        await _host.DisposeAsync();
        await _canary.DisposeAsync();
        await _baseline.DisposeAsync();
        _logging.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static SampleProcess Server(string model, string version, int seed, string? fault) => SampleProcess.Start(
        "model-server", "Haldane.Samples.ModelServer",
        [
            "--port", "0", "--model", model, "--name", "fraud", "--version", version, "--seed", $"{seed}",
            .. fault is null ? (string[])[] : ["--fault", fault],
        ]);

    private bool IsOver() => _scenario.Silence
        ? TimeProvider.System.GetElapsedTime(_callersStarted) > SilentAfter + SilenceWatched
        : TimeProvider.System.GetElapsedTime(_started) > _limit;
}
