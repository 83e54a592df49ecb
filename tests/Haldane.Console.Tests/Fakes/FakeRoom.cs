using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Fakes;

/// <summary>A control room that shows what a test puts there. Any thread.</summary>
internal sealed class FakeRoom : IControlRoom
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<RolloutView> _rollouts = [Views.Draft("chat-v2", "chat"), Views.Running("fraud-v2")];

    public IReadOnlyList<ModelView> Models { get; } = [new("fraud", "/fraud/**", "v1", ["v1", "v2"], "fraud-v2", new(1_000))];

    public IReadOnlyList<RolloutView> Rollouts
    {
        get
        {
            lock (_gate)
            {
                return _rollouts;
            }
        }
    }

    public ControlHealth Health { get; set; } = new(true, "ok", Views.Noon);

    /// <summary>What was asked.</summary>
    public List<string> Commands { get; } = [];

    public List<FeedbackItem> Feedback { get; } = [];

    public Person? FeedbackBy { get; private set; }

    public IReadOnlyList<FreezeView> Freezes { get; } = [new("year-end", "house", [], "…", null, null, false, null), new("chat-only", null, ["chat"], "…", "ann", "a move", true, null)];

    public List<AlertNews> AlertNews { get; } = [];

    public IReadOnlyList<AlertView> Alerts(Person person) => person.Covers("fraud") ? [new("f00", "FraudLossHigh", [new("alertname", "FraudLossHigh")], "too much", Views.Noon, "alertmanager", [], ["fraud-v2"])] : [];

    public Task<AlertReceipt> AlertAsync(IReadOnlyList<AlertNews> news, Person by, CancellationToken cancel)
    {
        AlertNews.AddRange(news);
        return Failure is { } failure ? Task.FromException<AlertReceipt>(failure) : Task.FromResult(new AlertReceipt(news.Count, 0, 0, 0));
    }

    public Task<CommandOutcome> ClearAsync(string alert, Person by, string why, CancellationToken cancel) => Act($"clear {alert} by {by.Name}: {why}");

    public Task<CommandOutcome> FreezeAsync(Freeze freeze, CancellationToken cancel) => Act($"freeze {freeze.Name} of {string.Join('+', freeze.Models)} by {freeze.By}: {freeze.Why}");

    public Task<CommandOutcome> LiftAsync(string freeze, Person by, string? why, CancellationToken cancel) => Act($"lift {freeze} by {by.Name}");

    /// <summary>What commands and feedback throw; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public CommandOutcome Outcome { get; set; } = new(CommandOutcomeKind.Done, "done as asked");

    public FeedbackReceipt Receipt { get; set; } = new(1, 0, 0, []);

    public void Show(RolloutView view)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            _rollouts = _rollouts.Any(Same) ? [.. _rollouts.Select(r => Same(r) ? view : r)] : [.. _rollouts, view];
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();

        bool Same(RolloutView other) => other.Rollout.Name == view.Rollout.Name;
    }

    public RunCourse? Course(string rollout) => Rollouts.FirstOrDefault(r => r.Rollout.Name == rollout)?.Rollout is { Run: > 0 } known
        ? new(known.Run, 1,
            [new(Views.Noon, Views.Noon.AddSeconds(1), 0, known.CanaryShare, new(90, 0, 0.020, 0.040), new(10, 0.1, 0.021, 0.043))],
            [.. known.Spec.Guards.Select(g => new GuardBand(g.Name, [new(1, Views.Noon.AddSeconds(1), VerdictKind.Undecided, 1.25, 0.5, null)]))])
        : null;

    public Task<IReadOnlyList<SegmentState>> SegmentsAsync(string rollout, CancellationToken cancel) => Task.FromResult<IReadOnlyList<SegmentState>>(rollout == "fraud-v2" ? [
        new("country=MY", new(500, 5), new(50, 0), [new() { Guard = "errors", Estimate = 0.9, FailEvidence = 0.5, FailAt = 9 }]),
        new("country=ID", new(100, 1), new(10, 4), [new() { Guard = "errors", Estimate = 4, Low = 2.1, FailEvidence = 9.5, FailAt = 9, CanaryCount = 10, BaselineCount = 100 }]),
    ] : []);

    public Task<CommandOutcome> CommandAsync(string rollout, RolloutCommand command, Person by, string? why, CancellationToken cancel) =>
        Act($"{command} {rollout} by {by.Name}{(why is null ? "" : $": {why}")}");

    public Task<FeedbackReceipt> FeedbackAsync(IReadOnlyList<FeedbackItem> items, Person by, CancellationToken cancel)
    {
        FeedbackBy = by;
        Feedback.AddRange(items);
        return Failure is { } failure ? Task.FromException<FeedbackReceipt>(failure) : Task.FromResult(Receipt);
    }

    public async Task<RolloutView?> ChangedAsync(string rollout, long after, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_rollouts.Find(r => r.Rollout.Name == rollout) is not { } view || view.Version > after)
                {
                    return _rollouts.Find(r => r.Rollout.Name == rollout);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    private Task<CommandOutcome> Act(string command)
    {
        Commands.Add(command);
        return Failure is { } failure ? Task.FromException<CommandOutcome>(failure) : Task.FromResult(Outcome);
    }
}

/// <summary>A ledger of ten records.</summary>
internal sealed class FakeLedger : ILedgerReader
{
    public string? Asked { get; private set; }

    public Exception? Failure { get; set; }

    public LedgerCheck Check { get; set; } = new(10, []);

    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel)
    {
        Asked = $"before {before?.ToString() ?? "-"} limit {limit} rollout {rollout ?? "-"}";
        return Failure is { } failure
            ? Task.FromException<IReadOnlyList<LedgerRecord>>(failure)
            : Task.FromResult<IReadOnlyList<LedgerRecord>>([new(7, """{"kind":"started"}""", "aa", "bb")]);
    }

    public LedgerKey? Key { get; set; } = LedgerKey.Of(new byte[LedgerKey.Length]);

    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel)
    {
        Asked = $"after {after} limit {limit} rollout {rollout ?? "-"}";
        return Answer<IReadOnlyList<LedgerRecord>>([new(8, """{"kind":"held"}""", "bb", "cc")]);
    }

    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel)
    {
        Asked = $"heads after {after} limit {limit}";
        return Answer<IReadOnlyList<SignedHead>>([new(8, "cc", "2026-03-04T12:00:00.000Z", "f00", "5169")]);
    }

    public Task<LedgerKey?> KeyAsync(CancellationToken cancel) => Answer(Key);

    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel)
    {
        Asked = $"verify with {key?.Hex ?? "its own key"}";
        return Answer(Check);
    }

    private Task<T> Answer<T>(T answer) => Failure is { } failure ? Task.FromException<T>(failure) : Task.FromResult(answer);
}

/// <summary>Totals of a gateway.</summary>
internal sealed class FakeTraffic : ITrafficStats
{
    public IReadOnlyList<ModelTraffic> Rows { get; set; } = [new("fraud", Arm.Baseline, 900, 9, 1, 0, 2), new("fraud", Arm.Canary, 100, 5, 0, 5, 1)];

    public IReadOnlyList<ShadowTraffic> Copies { get; set; } = [new("fraud", 80, 4, 70, 7, new(1, 2, 3, 5, 8))];

    public IReadOnlyList<DifferingPair>? Differing { get; set; }

    public IReadOnlyList<ModelTraffic> Traffic() => Rows;

    public IReadOnlyList<ShadowTraffic> Shadows() => Copies;

    public IReadOnlyList<DifferingPair>? Pairs(string rollout) => Differing;
}

/// <summary>Views to show.</summary>
internal static class Views
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static RolloutView Draft(string name, string model = "fraud") => new() { Version = 1, Rollout = new() { Spec = Spec(name, model) } };

    public static RolloutView Running(string name, long version = 2, int points = 3) => new()
    {
        Version = version,
        Rollout = new() { Spec = Spec(name, "fraud"), Run = 1, Phase = Phase.Running, Hold = HoldReason.Baking, Reason = "bakes", Since = Noon },
        Judgement = new()
        {
            UpToSlice = points,
            Stage = 0,
            Baked = TimeSpan.FromSeconds(points),
            InStage = TimeSpan.FromSeconds(points),
            CanaryExchanges = 100,
            Verdicts =
            [
                new() { Guard = "errors", Signal = "error-rate", Kind = VerdictKind.Undecided, Reason = "neither yet", Estimate = 1.25, FailEvidence = 2, FailAt = 8, PassEvidence = -1, PassAt = 5 },
                new() { Guard = "odd \"name\" \\ with\nnew line", Signal = "latency-p99", Kind = VerdictKind.NoData, Reason = "nothing yet" },
            ],
        },
        Totals = [new(Arm.Baseline, 900, 9), new(Arm.Canary, 100, 5)],
        Series = [.. Enumerable.Range(1, points).Select(i => new LivePoint(
            Noon.AddSeconds(i), new(1_000), new(90, 0.01, 0.010, 0.020) { P95 = 0.015 }, new(10, null, 0.011, i % 3 == 0 ? 0.025 : null)))],
    };

    private static RolloutSpec Spec(string name, string model) => new()
    {
        Name = name,
        Model = model,
        Baseline = "v1",
        Canary = "v2",
        Stages = [new(new(1_000), TimeSpan.FromMinutes(5))],
        Guards = [new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 1.5 }],
    };
}
