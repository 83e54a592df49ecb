using Haldane.Connect.Evaluators;
using Haldane.Connect.Processes;
using Haldane.Connect.Prometheus;
using Haldane.Console;
using Haldane.Console.Api;
using Haldane.Control.Access;
using Haldane.Control.Compute;
using Haldane.Control.Evaluators;
using Haldane.Control.Gauges;
using Haldane.Control.Plans;
using Haldane.Control.Reports;
using Haldane.Control.Retention;
using Haldane.Control.Rollouts;
using Haldane.Control.Specifications;
using Haldane.Control.Webhooks;
using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;
using Haldane.Gateway;
using Haldane.Gateway.Routing;
using Haldane.Judge.Series;
using Haldane.Simulation.Trials;
using Haldane.Store.Archive;
using Haldane.Store.Signing;
using Haldane.Store.Sqlite;

namespace Haldane.Hosting;

/// <summary>How a host is set up.</summary>
/// <param name="Files">What to serve beside what was applied; null where no files were given.</param>
/// <param name="Data">Where the data port listens.</param>
/// <param name="Admin">Where and how the admin port listens.</param>
/// <param name="Store">The store's file.</param>
/// <param name="Metrics">Where series are asked for; null when nobody was named. The host ends it.</param>
internal sealed record HostOptions(IReadOnlyList<SpecificationSource>? Files, IReadOnlyList<DataAddress> Data, AdminOptions Admin, string Store, PrometheusSource? Metrics = null)
{
    /// <summary>How much the gateway takes on at once.</summary>
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>Whether what is not in the files is removed, also what was applied.</summary>
    public bool Prune { get; init; }

    /// <summary>Where files of secrets may be that an applied document names; null: nowhere.</summary>
    public string? SecretsFolder { get; init; }

    /// <summary>Whether versions may have processes of their own.</summary>
    public bool RunCommands { get; init; }

    /// <summary>A folder of cgroup v2 under which processes are limited; null: none is.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>Where evidence of old runs is moved to; null: nowhere.</summary>
    public EvidenceArchive? Archive { get; init; }

    /// <summary>How long a run must have been over for that.</summary>
    public TimeSpan ArchiveAfter { get; init; }
}

/// <summary>One process of Haldane: store, gateway, controller and admin port, started in the order that loses nothing.</summary>
internal sealed class HaldaneHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly IRolloutStore _store;
    private readonly GatewayRouter _router;
    private readonly RolloutController _controller;
    private readonly GatewayServer _gateway;
    private readonly AdminServer _admin;
    private readonly IReadOnlyList<IDisposable?> _owned;
    private readonly Task _loop;
    private readonly Task[] _beside;

    private HaldaneHost(
        IRolloutStore store, GatewayRouter router, RolloutController controller, GatewayServer gateway, AdminServer admin, IEnumerable<Func<CancellationToken, Task>> beside, IReadOnlyList<IDisposable?> owned)
    {
        _store = store;
        _router = router;
        _controller = controller;
        _gateway = gateway;
        _admin = admin;
        _owned = owned;
        _loop = controller.RunAsync(_stop.Token);
        _beside = [.. beside.Select(run => run(_stop.Token))];
    }

    public IControlRoom Room => _controller;

    public ITrafficStats Traffic => _router;

    public IReadOnlyList<string> DataAddresses => _gateway.Addresses;

    public string AdminAddress => _admin.Address;

    /// <summary>Documents of the files that are in force as somebody applied them since.</summary>
    public ValueList<DocumentId> KeptAsApplied { get; private init; } = [];

    /// <summary>Why the ledger's heads could not be signed at the start; null when they can.</summary>
    public string? SigningFault { get; private init; }

    private Computes? Processes { get; init; }

    /// <summary>Ends when the control loop ends: told to, or by a fault of ours.</summary>
    public Task Completion => _loop;

    /// <summary>Starts everything.</summary>
    /// <exception cref="StoreUnavailableException">The store does not open.</exception>
    /// <exception cref="SpecificationException">There are mistakes in the files, or they do not go together with what was applied.</exception>
    /// <exception cref="IOException">An address is taken or not ours.</exception>
    public static async Task<HaldaneHost> StartAsync(HostOptions options, TimeProvider time, ILoggerFactory logging, CancellationToken cancel)
    {
        var started = new Stack<IAsyncDisposable>();
        WebhookRoutes? routes = null;
        try
        {
            var store = await SqliteStore.OpenAsync(options.Store, cancel, options.Archive);
            started.Push(store);
            var stored = await StoredSpecification.RecoverAsync(store, options.Files, options.Prune, time, cancel);
            Runtimes.Require(stored.Current.Set, options.RunCommands);
            var secrets = Secrets.Read(stored.Current.Set);
            routes = WebhookRoutes.Prepare(stored.Current.Set.Webhooks, secrets, time);
            var tokens = new TokenCodec(await store.InstallationKeyAsync(cancel));
            var router = new GatewayRouter(time, options.Limits);

            // Before anything is recorded: a webhook that is new is told of all that this start brings.
            var webhooks = await WebhookDesk.RecoverAsync(routes.All, routes, store, store.Webhooks, time, WebhookRoutes.Chance, logging.CreateLogger<WebhookDesk>(), cancel);
            await stored.KeepAsync();

            // The controller publishes where things stood before the data port opens, so no request is ever routed by a half-known state.
            var processes = new ProcessHost(options.ControlGroup);
            var compute = new ComputeRouter(router, processes, router.Replay, time);
            started.Push(new Computes(compute, processes));
            var told = new SecretRouter(compute, secrets);
            var controller = await RolloutController.RecoverAsync(stored.Current.Set, store, told, tokens, time, logging.CreateLogger<RolloutController>(), cancel);
            var specifications = new SpecificationDesk(stored, controller, new SpecificationFollower(told, webhooks, options.SecretsFolder, options.RunCommands, time));
            var people = await TokenDesk.RecoverAsync(name => stored.Current.Set.FindModel(name) is not null, store, time, cancel);
            if (AdminServer.WhyNotListen(options.Admin, people.Tokens.Count > 0) is { } why)
            {
                throw new FormatException(why);
            }

            var gateway = await GatewayServer.StartAsync(options.Data, router, tokens, time, logging, cancel);
            started.Push(gateway);
            var desk = new JudgeDesk(new SeriesJudge(), options.Metrics, time);
            var reports = new ReportDesk(new(store, store, LedgerSignatures.Check), store, controller, () => stored.Current.Set.Models, time);
            var evaluators = new HttpEvaluator();
            var evaluation = new EvaluationDesk(router.Samples, evaluators, controller, time, logging.CreateLogger<EvaluationDesk>());
            var plans = new PlanDesk(() => (stored.Current.Revision, stored.Current.Set), new PlanSimulator(), LowThread.Begin, time);
            var admin = await AdminServer.StartAsync(options.Admin, new(controller, specifications, people, store, router, desk, webhooks, reports, controller.Gauges, compute, evaluation, plans, time), logging, cancel);
            var keeper = options.Archive is null ? null : new EvidenceKeeper(store, store, options.ArchiveAfter, time, logging.CreateLogger<EvidenceKeeper>());
            var pages = new MetricsReader();
            var gauges = new GaugeFollower(controller.Gauges, pages, compute, time, logging.CreateLogger<GaugeFollower>());
            Func<CancellationToken, Task>[] beside = [webhooks.RunAsync, gauges.RunAsync, evaluation.RunAsync, .. keeper is null ? [] : new[] { keeper.RunAsync }];
            return new(store, router, controller, gateway, admin, beside, [desk, reports, people, options.Metrics, pages, evaluators, specifications, plans])
            {
                SigningFault = store.SigningFault,
                KeptAsApplied = stored.KeptAsApplied,
                Processes = new(compute, processes),
            };
        }
        catch
        {
            foreach (var part in started)
            {
                await part.DisposeAsync();
            }

            routes?.Dispose();
            throw;
        }
    }

    /// <summary>Ends in order: requests under way finish, the last evidence is stored.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _gateway.StopAsync(patience.Token);
        await _admin.StopAsync(patience.Token);
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll([_loop, .. _beside]), Task.Delay(Patience, CancellationToken.None));
        await _controller.TickAsync(CancellationToken.None);
        await (Processes?.DisposeAsync() ?? default);
        await _gateway.DisposeAsync();
        await _admin.DisposeAsync();
        foreach (var part in _owned)
        {
            part?.Dispose();
        }

        _controller.Dispose();
        _router.Dispose();
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>The processes of versions and what starts them; they end with us.</summary>
    private sealed class Computes(ComputeRouter router, ProcessHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await router.DisposeAsync();
            host.Dispose();
        }
    }
}
