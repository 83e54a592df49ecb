using System.Net;
using System.Net.Security;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A gateway with one model, its two versions and a running rollout. Request path: <c>/v2/models/fraud/infer</c>.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const int Run = 41;
    public const int Stage = 2;
    public const string Path = "/v2/models/fraud/infer";

    public static readonly TokenCodec Tokens = new(new byte[32]);

    private readonly GatewayServer _server;
    private bool _stopped;

    private Rig(GatewayServer server, GatewayRouter router, RoutedModel model)
    {
        _server = server;
        Router = router;
        Model = model;
        Address = new(server.Addresses[0]);
    }

    public GatewayRouter Router { get; }

    public RoutedModel Model { get; }

    public Uri Address { get; }

    public static ModelSpec Spec(ValueList<string> baseline, ValueList<string> canary) => new()
    {
        Name = "fraud",
        Protocol = Protocol.OpenInference,
        Route = new("/v2/models/fraud/**"),
        Subject = new() { Header = "x-user" },
        Segments = [new("country", "x-country", ["MY", "ID"]), new("device", "x-device", ["phone"])],
        Signals = new() { Prediction = new("/label", ["legit", "fraud"]), Confidence = new("/score") },
        Versions = [new("v1", baseline), new("v2", canary)],
        ShowArm = true,
    };

    public static RoutedModel Routed(ModelSpec spec, Share share) => new(spec, "v1", new(Run, "move", Stage, share, "v1", "v2") { FirstToken = true });

    /// <summary>A rollout in a shadow stage.</summary>
    public static RoutedModel Shadowed(ModelSpec spec, ShadowSpec shadow)
    {
        var routed = Routed(spec, Share.None);
        return routed with { Split = routed.Split! with { Shadow = shadow } };
    }

    /// <summary>Everyone goes to the canary, or to the baseline.</summary>
    public static Task<Rig> StartAsync(Upstream baseline, Upstream canary, Arm arm, Func<ModelSpec, ModelSpec>? change = null) =>
        StartAsync(Routed((change ?? (spec => spec))(Spec([baseline.Address], [canary.Address])), arm == Arm.Canary ? Share.Full : Share.None));

    public static async Task<Rig> StartAsync(RoutedModel model, bool priorKnowledge = false, TimeProvider? time = null, GatewayLimits? limits = null, Func<SslServerAuthenticationOptions>? tls = null)
    {
        var router = new GatewayRouter(TimeProvider.System, limits ?? new());
        router.Publish(new([model]));
        var server = await GatewayServer.StartAsync(
            [new(new(IPAddress.Loopback, 0), priorKnowledge) { Tls = tls }], router, Tokens, time ?? TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        return new(server, router, model);
    }

    public async Task<Answer> SendAsync(string head, byte[]? body = null)
    {
        await using var caller = await ConnectAsync();
        return await caller.SendAsync(head, body);
    }

    public Task<Caller> ConnectAsync() => Caller.ConnectAsync(Address);

    public Task<Answer> InferAsync(byte[] body, string headers = "") => SendAsync(Head(body.Length, headers), body);

    public static string Head(int length, string headers = "") =>
        $"POST {Path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n";

    /// <summary>What was counted, after every exchange under way has ended.</summary>
    /// <summary>What the canary's cells have got, once so many exchanges are counted.</summary>
    public async Task<long[]> CollectAsync(int exchanges, int run = Run)
    {
        var cells = new long[new SegmentCells(Model.Spec.Segments).Count];
        while (cells[0] < exchanges)
        {
            await Task.Delay(5);
            foreach (var (i, cell) in Router.Collect(run)!.Canary.Cells.Index())
            {
                cells[i] += cell.Exchanges;
            }
        }

        return cells;
    }

    public async Task<ObservedTraffic> EndAsync()
    {
        await StopAsync();
        return Router.Collect(Run) ?? throw new InvalidOperationException("the run is not routed");
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _server.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
        Router.Dispose();
    }
}

/// <summary>Shortcuts for asserts.</summary>
internal static class Observed
{
    public static ArmEvidence Of(this ObservedTraffic observed, Arm arm) => arm == Arm.Canary ? observed.Canary : observed.Baseline;
}
