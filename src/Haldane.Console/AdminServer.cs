using System.Net;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Metrics;
using Haldane.Console.Page;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Haldane.Console;

/// <summary>The admin port: API, metrics, health and the live page.</summary>
public sealed class AdminServer : IAsyncDisposable
{
    private const long LargestRequestBytes = 8L << 20;

    /// <summary>The environment variable that holds the admin port's token, for servers and commands alike.</summary>
    public const string TokenVariable = "HALDANE_ADMIN_TOKEN";

    private readonly WebApplication _app;

    private AdminServer(WebApplication app) => _app = app;

    /// <summary>The address in use, port filled in.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "";

    /// <summary>What is missing to listen on an address, or null.</summary>
    public static string? WhyNotListen(IPEndPoint address, string? token) =>
        IPAddress.IsLoopback(address.Address) || token is { Length: >= 16 }
            ? null
            : $"the admin port on {address} can be reached from outside: set {TokenVariable} to a secret of at least 16 characters, or listen on 127.0.0.1";

    /// <summary>Starts to serve.</summary>
    /// <param name="listen">Where; port 0 takes a free one.</param>
    /// <param name="token">The credential; may be null on loopback.</param>
    /// <param name="room">What there is to see and do.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="traffic">The gateway's totals.</param>
    /// <param name="series">Judges series that others send; belongs to the caller.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="IOException">The address is taken or not ours.</exception>
    public static async Task<AdminServer> StartAsync(
        IPEndPoint listen, string? token, IControlRoom room, ILedgerReader ledger, ITrafficStats traffic, JudgeDesk series, ILoggerFactory logging, CancellationToken cancel)
    {
        if (WhyNotListen(listen, token) is { } why)
        {
            throw new ArgumentException(why, nameof(listen));
        }

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequestBytes;
            kestrel.Listen(listen);
        });
        builder.Services.AddSingleton(logging);
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var answers = new Answers(logging.CreateLogger<Answers>());
        var access = new AdminAccess(token);
        app.Use(next => context => answers.InvokeAsync(context, next));
        app.Use(next => context => access.InvokeAsync(context, next));
        app.UseRouting();
        RolloutApi.Map(app, room);
        PairApi.Map(app, room, traffic);
        FeedbackApi.Map(app, room);
        LedgerApi.Map(app, ledger);
        JudgeApi.Map(app, series);
        PageFiles.Map(app);
        app.MapGet("/metrics", () => Results.Text(PrometheusText.Write(traffic.Traffic(), traffic.Shadows(), room.Rollouts, room.Health), PrometheusText.ContentType));
        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapGet("/readyz", () => Results.Json(
            new(room.Health.Ready, room.Health.Message, room.Health.LastTick), ApiJson.Default.HealthView, statusCode: room.Health.Ready ? 200 : 503));
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app);
    }

    /// <summary>Ends.</summary>
    public Task StopAsync(CancellationToken patience) => _app.StopAsync(patience);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
