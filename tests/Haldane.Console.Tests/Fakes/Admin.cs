using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.Console.Tests.Fakes;

/// <summary>A real admin server on a free port, with a client.</summary>
internal sealed class Admin : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AdminServer _server;

    private Admin(AdminServer server, JudgeDesk desk)
    {
        _server = server;
        Desk = desk;
        Uri = new(server.Address);
        Client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Expect100ContinueTimeout = Patience, // whoever asks first waits, also on a busy machine
        }) { BaseAddress = Uri, Timeout = Patience };
    }

    public FakeRoom Room { get; private init; } = null!;

    public FakeLedger Ledger { get; private init; } = null!;

    public FakeTraffic Traffic { get; private init; } = null!;

    public Uri Uri { get; }

    public HttpClient Client { get; }

    public JudgeDesk Desk { get; }

    public FakeSeries Series { get; private init; } = null!;

    public FakeTokens Tokens { get; private init; } = null!;

    public FakeWebhooks Webhooks { get; private init; } = null!;

    public FakeSpecifications Specifications { get; private init; } = null!;

    public FakeReports Reports { get; private init; } = null!;

    public FakeGauges Gauges { get; private init; } = null!;

    public FakePlans Plans { get; private init; } = null!;

    public HandTime Time { get; private init; } = null!;

    public static Task<Admin> StartAsync(string? token = null, bool withMetrics = true) => StartAsync(new AccessRules { SharedToken = token }, withMetrics: withMetrics);

    public static async Task<Admin> StartAsync(AccessRules rules, FakeTokens? tokens = null, int port = 0, bool withMetrics = true, Func<SslServerAuthenticationOptions>? tls = null)
    {
        var (room, ledger, traffic, series, time) = (new FakeRoom(), new FakeLedger(), new FakeTraffic(), new FakeSeries(), new HandTime());
        var (webhooks, specifications, reports, gauges) = (new FakeWebhooks(), new FakeSpecifications(), new FakeReports(), new FakeGauges());
        tokens ??= new();
        var plans = new FakePlans();
        var desk = new JudgeDesk(series, withMetrics ? series : null, TimeProvider.System);
        var server = await AdminServer.StartAsync(
            new(new(IPAddress.Loopback, port)) { Access = rules, Tls = tls }, new(room, specifications, tokens, ledger, traffic, desk, webhooks, reports, gauges, new FakeProcessViews(), new FakeEvaluatorViews(), plans, time), NullLoggerFactory.Instance, CancellationToken.None);
        return new(server, desk) { Room = room, Ledger = ledger, Traffic = traffic, Series = series, Tokens = tokens, Webhooks = webhooks, Specifications = specifications, Reports = reports, Gauges = gauges, Plans = plans, Time = time };
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await Client.SendAsync(request);
        return new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Sends exactly these lines and gives all that comes back until the server closes.</summary>
    public async Task<string> RawAsync(params string[] lines)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Uri.Host, Uri.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", [.. lines, "Connection: close", "", ""])));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(Patience);
    }

    /// <summary>The patterns of all endpoints.</summary>
    public IReadOnlyList<string> Routes => _server.Routes;

    public Task StopAsync() => _server.StopAsync(CancellationToken.None).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Desk.Dispose();
    }
}

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly string[] SecurityHeaders = ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control", "X-Frame-Options", "Cross-Origin-Opener-Policy"];

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Detail => Json.GetProperty("detail").GetString()!;

    /// <summary>Checks that it is an error that helps and gives nothing away.</summary>
    public void AssertProblem(HttpStatusCode status, string detail)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", Headers["Content-Type"]);
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.Contains(detail, Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Haldane.Core", Text, StringComparison.Ordinal);
        AssertSecured();
    }

    public void AssertSecured() => Assert.All(SecurityHeaders, name => Assert.True(Headers.ContainsKey(name), $"{name} is missing"));
}
