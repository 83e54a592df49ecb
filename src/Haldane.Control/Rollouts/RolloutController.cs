using Haldane.Control.Alerts;
using Haldane.Control.Feedback;
using Haldane.Control.Gauges;
using Haldane.Control.Policies;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Rollouts;

/// <summary>The loop: reads evidence, asks the judge, moves the machine, records, publishes.</summary>
/// <remarks>
/// Ticks and commands take turns, so a rollout has one writer. What is known of the rollouts, and the order of record and publication, is the business of
/// <see cref="RolloutBook"/>; what is pure stands in <see cref="Catalogue"/> and the machine.
/// </remarks>
public sealed partial class RolloutController : IControlRoom, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TokenCodec _tokens;
    private readonly TimeProvider _time;
    private readonly ILogger<RolloutController> _logger;
    private readonly AutoStarts _autoStarts = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly FreezeDesk _freezes;
    private readonly AlertDesk _alerts;
    private readonly RolloutBook _book;
    private readonly FleetTick _tick;
    private readonly FeedbackDesk _feedback;
    private volatile ControlHealth _health = new(true, "ok", null);

    private RolloutController(
        SpecificationSet specification, IRolloutStore store, ITrafficRouter router, TokenCodec tokens, TimeProvider time, ILogger<RolloutController> logger)
    {
        _tokens = tokens;
        _time = time;
        _logger = logger;
        _freezes = new(specification, store, time);
        _alerts = new(specification, store, time);
        _book = new(specification, store, router, _freezes, _alerts, time, logger);
        _tick = new(_book, store, router, _freezes, _alerts);
        _feedback = new(store, _book.Collect);
        Gauges = new(() => _book.Specification, () => _book.Gauges, time);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelView> Models => _book.Models;

    /// <summary>What is in force.</summary>
    internal SpecificationSet Specification => _book.Specification;

    /// <summary>Where readings of gauges go.</summary>
    public GaugeDesk Gauges { get; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutView> Rollouts => _book.Register.All;

    /// <inheritdoc/>
    public ControlHealth Health => _health;

    /// <summary>Takes up where the store says that things stand, and publishes it. Starts nothing yet.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public static async Task<RolloutController> RecoverAsync(
        SpecificationSet specification,
        IRolloutStore store,
        ITrafficRouter router,
        TokenCodec tokens,
        TimeProvider time,
        ILogger<RolloutController> logger,
        CancellationToken cancel)
    {
        var controller = new RolloutController(specification, store, router, tokens, time, logger);
        await controller._freezes.RecoverAsync(cancel);
        await controller._alerts.RecoverAsync(cancel);
        await controller._book.RecoverAsync(cancel);
        return controller;
    }

    /// <summary>Starts what starts by itself, then judges each second until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var feedback = _feedback.RunAsync(stop);
        try
        {
            await StartDueAsync(stop);
            using var timer = new PeriodicTimer(Interval, _time);
            while (await timer.WaitForNextTickAsync(stop))
            {
                await TickAsync(stop);
                await StartDueAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }

        await feedback;
    }

    /// <summary>One look at all running rollouts.</summary>
    public async Task TickAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            Tell(await LookAsync());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<CommandOutcome> CommandAsync(string rollout, RolloutCommand command, Person by, string? why, CancellationToken cancel) =>
        InTurnAsync(() => DoAsync(rollout, command, by, why), cancel);

    /// <summary>Puts another specification in force.</summary>
    /// <param name="next">Valid as a whole.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="why">Why; null when nobody said.</param>
    /// <param name="agree">Gets what would come of it; nothing else moves meanwhile. Makes the change durable and says yes, or no.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    /// <exception cref="StoreUnavailableException">Not in force. What was agreed to comes into force as soon as the store is back.</exception>
    internal Task ReplaceAsync(SpecificationSet next, Person by, string? why, Func<IReadOnlyList<ChangeEffect>, Task<bool>> agree, CancellationToken cancel) => InTurnAsync(
        async () =>
        {
            var agreed = await agree(SpecificationChanges.Effects(_book.Specification, next, _book.Known));
            if (agreed)
            {
                await _book.ReplaceAsync(next, by.Name, why);
            }

            return agreed;
        },
        cancel);

    /// <inheritdoc/>
    public IReadOnlyList<FreezeView> Freezes => _freezes.All;

    /// <inheritdoc/>
    public Task<CommandOutcome> FreezeAsync(Freeze freeze, CancellationToken cancel) => InTurnAsync(() => _freezes.OrderAsync(freeze), cancel);

    /// <inheritdoc/>
    public Task<CommandOutcome> LiftAsync(string freeze, Person by, string? why, CancellationToken cancel) => InTurnAsync(() => _freezes.LiftAsync(freeze, by, why), cancel);

    /// <inheritdoc/>
    public IReadOnlyList<AlertView> Alerts(Person person) => _alerts.Views(person);

    /// <inheritdoc/>
    public Task<AlertReceipt> AlertAsync(IReadOnlyList<AlertNews> news, Person by, CancellationToken cancel) => InTurnAsync(() => _alerts.TakeAsync(news, by), cancel);

    /// <inheritdoc/>
    public Task<CommandOutcome> ClearAsync(string alert, Person by, string why, CancellationToken cancel) => InTurnAsync(() => _alerts.ClearAsync(alert, by, why), cancel);

    /// <inheritdoc/>
    public Task<FeedbackReceipt> FeedbackAsync(IReadOnlyList<FeedbackItem> items, Person by, CancellationToken cancel) => _feedback.TakeAsync(
        items, new(_tokens, by.CoversEverything ? _book.Runs : _book.Runs.Where(r => by.Covers(r.Value.Model.Name)).ToDictionary()), cancel);

    /// <summary>Takes what an evaluator says of an exchange, as feedback.</summary>
    /// <exception cref="FeedbackBusyException">Too much is waiting.</exception>
    /// <exception cref="StoreUnavailableException">It was not kept.</exception>
    internal Task<FeedbackReceipt> ScoreAsync(SampledExchange exchange, IReadOnlyDictionary<string, double> scores, CancellationToken cancel) =>
        _feedback.TakeAsync([new() { Exchange = string.Create(TokenCodec.Length, (Codec: _tokens, exchange.Token), static (to, x) => x.Codec.Seal(x.Token, to)), Values = scores }], new(_tokens, _book.Runs, exchange.Evaluator), cancel);

    /// <inheritdoc/>
    public RunCourse? Course(string rollout) => _book.Register.Course(rollout);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentState>> SegmentsAsync(string rollout, CancellationToken cancel) =>
        InTurnAsync(() => Task.FromResult<IReadOnlyList<SegmentState>>(_book.Trackers.GetValueOrDefault(rollout)?.Segments() ?? _book.Register.Segments(rollout)), cancel);

    /// <inheritdoc/>
    public Task<RolloutView?> ChangedAsync(string rollout, long after, CancellationToken cancel) => _book.Register.ChangedAsync(rollout, after, cancel);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<CommandOutcome> DoAsync(string rollout, RolloutCommand command, Person by, string? why) =>
        _book.Find(rollout) is not { } known ? new(CommandOutcomeKind.NotFound, $"there is no rollout {rollout}")
        : command == RolloutCommand.Override ? await _freezes.OverrideAsync(known, by, why ?? "no reason given")
        : await _book.CommandAsync(known, command, by, why) is var transition && transition.Refusal is { } refusal ? new(CommandOutcomeKind.Conflict, refusal)
        : new(CommandOutcomeKind.Done, transition.Move == Move.Approved ? transition.Next.Reason : Catalogue.Standing(_book.Find(rollout)!));

    private async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await act();
        }
        finally
        {
            _turn.Release();
        }
    }

    // Whatever goes wrong, the gateway goes on with the last snapshot and the next tick tries again: moving traffic without a record would be worse.
    private async Task<Trouble?> LookAsync()
    {
        Trouble? trouble = null;
        try
        {
            await _book.CatchUpAsync();
        }
        catch (StoreUnavailableException e)
        {
            return new(e.Message, e);
        }
        catch (Exception e) // the router is at fault; what is routed still can be judged
        {
            trouble = Trouble.OfRouting(e);
        }

        trouble = await _tick.RunAsync() ?? trouble;
        await _book.Summaries.KeepAsync();
        return trouble;
    }

    // Once for each kind of trouble: a store that is down for a night must not fill the log.
    private void Tell(Trouble? trouble)
    {
        if (trouble is null)
        {
            _health = new(true, "ok", _time.GetUtcNow());
            return;
        }

        if (_health.Message != trouble.What)
        {
            if (trouble.Why is StoreUnavailableException)
            {
                TickSkipped(trouble.Why);
            }
            else
            {
                Faulted(trouble.What, trouble.Why);
            }
        }

        _health = _health with { Ready = false, Message = trouble.What };
    }

    private async Task StartDueAsync(CancellationToken stop)
    {
        foreach (var rollout in _autoStarts.Due(_book.Specification.Rollouts, _book.Rollouts))
        {
            try
            {
                var (outcome, mayLater) = await InTurnAsync(async () => _book.WhyWait(rollout.Name) is { } wait
                    ? (new(CommandOutcomeKind.Conflict, wait), true)
                    : (await DoAsync(rollout.Name, RolloutCommand.Start, Person.Specification, null), false), stop);
                Told(_autoStarts.Tried(rollout, outcome, mayLater));
            }
            catch (StoreUnavailableException e)
            {
                Tell(new(e.Message, e));
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested) // a fault of ours: the other rollouts go on
            {
                Told(_autoStarts.Tried(rollout, new(CommandOutcomeKind.Conflict, e.Message), mayLater: false));
            }

            void Told(string? news)
            {
                if (news is not null)
                {
                    NotStarted(rollout.Name, news);
                }
            }
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "Tick skipped: the store is not available")]
    private partial void TickSkipped(Exception exception);

    [LoggerMessage(2003, LogLevel.Warning, "{Rollout} was not started: {Why}")]
    private partial void NotStarted(string rollout, string why);

    [LoggerMessage(2004, LogLevel.Error, "{Trouble}; it is tried again each second")]
    private partial void Faulted(string trouble, Exception exception);
}
