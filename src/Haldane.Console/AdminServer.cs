using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard;
using Haldane.Console.Dashboard.Shell;
using Haldane.Console.Metrics;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Haldane.Console;

/// <summary>The admin port: API, metrics, health and the dashboard.</summary>
public sealed partial class AdminServer : IAsyncDisposable
{
    private const long LargestRequestBytes = 8L << 20;
    private const int MostConnections = 2_000;
    private const int LeastToken = 16;

    /// <summary>The environment variable that holds a token: for commands the one that they send, for a server one that several may share.</summary>
    public const string TokenVariable = "HALDANE_ADMIN_TOKEN";

    private readonly WebApplication _app;

    private AdminServer(WebApplication app) => _app = app;

    /// <summary>The address in use, port filled in.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "";

    /// <summary>The patterns of all endpoints, for tests that leave none out.</summary>
    internal IReadOnlyList<string> Routes =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText ?? "")];

    /// <summary>What is missing to listen, or null.</summary>
    /// <param name="options">How it would listen.</param>
    /// <param name="hasTokens">Whether there is a token, be it one that has ended: what runs must not stop because a token does.</param>
    /// <returns>What is missing, or null.</returns>
    public static string? WhyNotListen(AdminOptions options, bool hasTokens) => options.Access switch
    {
        { SharedToken: { } shared } when AccessToken.IdOf(shared) is not null =>
            $"{TokenVariable} holds a token of somebody's own, which a server does not take as one that several share: unset it, or set a secret of at least {LeastToken} characters",
        { SharedToken.Length: < LeastToken } => $"{TokenVariable} is too short: wanted is a secret of at least {LeastToken} characters",
        { SharedToken: null, Proxy: null } when options.Access.AskOn(options.Listen) && !hasTokens =>
            $"the admin port on {options.Listen} asks for a credential, and there is none: make one with `haldane tokens make NAME --role admin --store FILE`, set {TokenVariable} to a secret of at least {LeastToken} characters, or listen on 127.0.0.1",
        _ => null,
    };

    /// <summary>Starts to serve.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="parts">What there is to see and do.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="IOException">The address is taken or not ours.</exception>
    /// <exception cref="FormatException">Nobody could come in; the message says what is missing.</exception>
    public static async Task<AdminServer> StartAsync(AdminOptions options, AdminParts parts, ILoggerFactory logging, CancellationToken cancel)
    {
        if (WhyNotListen(options, parts.Tokens.Tokens.Count > 0) is { } why)
        {
            throw new FormatException(why);
        }

        if (options.Access is { SharedToken: null, Proxy: null } && options.Access.AskOn(options.Listen) && !parts.Tokens.Tokens.Any(t => t is { Role: Role.Admin, Models.Count: 0, HasExpired: false }))
        {
            NoAdmin(logging.CreateLogger<AdminServer>());
        }

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Listen(options.Listen, at =>
            {
                if (options.Tls is { } tls)
                {
                    at.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls()) });
                }
            });
        });
        if (options.Tls is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton(new Repeats(parts.Time));
        builder.Services.AddRoutingCore();

        // Also over TLS: what a page holds that is secret, its forgery token, cannot be guessed by lengths, for no other site's request brings the session along (SameSite=Strict).
        builder.Services.AddResponseCompression(compression => compression.EnableForHttps = true);
        var app = builder.Build();
        var (sessions, failures) = (new Sessions(parts.Time), new FailureLimit(parts.Time));
        var access = new AdminAccess(options.Access, options.Access.AskOn(options.Listen), parts.Tokens, sessions, failures);
        var desk = new PageDesk(parts.Room, parts.Plans, sessions, new(app.Services), parts.Time);
        var answers = new Answers(desk, logging.CreateLogger<Answers>());
        app.UseResponseCompression(); // not of event streams: to pack each event for each who looks costs more than it saves
        app.Use(next => context => answers.InvokeAsync(context, next));
        app.UseRouting();
        app.Use(next => context => access.InvokeAsync(context, next));
        Map(app, parts);
        Pages.Map(app, parts, desk);
        SignIn.Map(app, access, sessions, failures, desk);
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

    private static void Map(WebApplication app, AdminParts parts)
    {
        var (room, specifications, tokens, ledger, traffic, series, webhooks, reports, gauges, processes, evaluators, plans, time) = parts;
        RolloutApi.Map(app, room);
        SpecificationApi.Map(app, specifications);
        FreezeApi.Map(app, room, time);
        TokenApi.Map(app, tokens);
        WebhookApi.Map(app, webhooks);
        PairApi.Map(app, room, traffic);
        PlanApi.Map(app, room, plans);
        FeedbackApi.Map(app, room);
        GaugeApi.Map(app, gauges);
        AlertApi.Map(app, room);
        app.MapList("/api/v1/processes", () => processes.All, p => p.Model, CoreJson.Default.IReadOnlyListComputeView, "The processes of versions that Haldane keeps, and where they stand.");
        app.MapList("/api/v1/evaluators", () => evaluators.All, e => e.Model, CoreJson.Default.IReadOnlyListEvaluatorView, "Who scores a sample of the answers, and what they did since the start.");
        LedgerApi.Map(app, ledger);
        JudgeApi.Map(app, series);
        ReportApi.Map(app, reports);
        app.MapGet("/api/v1/openapi.json", () => Results.Text(OpenApiDocument.Of(((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()).ToJsonString(), "application/json"))
            .OpenToAll().TellsText("This description.", "application/json");
        app.MapGet("/metrics", () => Results.Text(PrometheusText.Write(Measured.Of(parts)), PrometheusText.ContentType)).Needs(Permissions.Read, allModels: true);
        app.MapGet("/healthz", () => Results.Text("ok")).OpenToAll();
        app.MapGet("/readyz", (HttpContext context) => Results.Json(
            HealthView.Of(room.Health, context.Person()),
            ApiJson.Default.HealthView,
            statusCode: room.Health.Ready ? 200 : 503)).Needs(Permissions.Read);
    }

    [LoggerMessage(4002, LogLevel.Warning, "No token of an admin is left that is valid: stop, and make one with `haldane tokens make NAME --role admin --store FILE`")]
    private static partial void NoAdmin(ILogger logger);
}
