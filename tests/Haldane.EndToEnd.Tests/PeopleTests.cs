using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>Tokens, roles, approvals, freezes, secrets and TLS, by the commands, against a real server.</summary>
public sealed class PeopleTests : IAsyncLifetime
{
    private const string Secret = "sk-of-the-canary-7f3a";

    private readonly Workspace _workspace = new();
    private FixedModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await FixedModel.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task Two_people_move_a_model_of_high_risk_and_a_third_cannot()
    {
        var file = Write();
        var root = await MakeAsync(null, "root", "--role", "admin", "--store", _workspace.Store);
        await using var haldane = await StartAsync(file, "--require-token");
        var anna = await MakeAsync((haldane, root), "anna", "--role", "operator");
        var ben = await MakeAsync((haldane, root), "ben", "--role", "approver", "--group", "risk");
        var carl = await MakeAsync((haldane, root), "carl", "--role", "approver");
        var dora = await MakeAsync((haldane, root), "dora", "--role", "viewer", "--model", "fraud");

        var nobody = await AsAsync(haldane, null, "rollout", "list");
        var viewer = await AsAsync(haldane, dora, "rollout", "start", "fraud-v2");
        var started = await AsAsync(haldane, anna, "rollout", "start", "fraud-v2");
        var wrongRole = await AsAsync(haldane, anna, "rollout", "approve", "fraud-v2", "--why", "fine");
        var wrongGroup = await AsAsync(haldane, carl, "rollout", "approve", "fraud-v2", "--why", "fine");
        var wrongName = await AsAsync(haldane, ben, "rollout", "approve", "fraud-v2", "--why", "fine", "--by", "carl");
        var approved = await AsAsync(haldane, ben, "rollout", "approve", "fraud-v2", "--why", "fine");
        var seen = await AsAsync(haldane, dora, "rollout", "show", "fraud-v2");
        var verified = await AsAsync(haldane, root, "ledger", "verify");
        var ledger = await AsAsync(haldane, root, "ledger", "show");

        Assert.Equal((2, 1, 0, 1, 1, 1, 0, 0, 0), (nobody.Code, viewer.Code, started.Code, wrongRole.Code, wrongGroup.Code, wrongName.Code, approved.Code, seen.Code, verified.Code));
        Assert.Contains("asks for a token", nobody.Error, StringComparison.Ordinal);
        Assert.Contains("dora is a viewer; this takes an operator or an approver or an admin", viewer.Error, StringComparison.Ordinal);
        Assert.Contains("carl is not one of those who are asked: group risk", wrongGroup.Error, StringComparison.Ordinal);
        Assert.Contains("by: carl is not ben", wrongName.Error, StringComparison.Ordinal);
        Assert.Contains("ben agrees: fine", approved.Out, StringComparison.Ordinal);
        Assert.All(new[] { "token", "started", "approved" }, word => Assert.Contains(word, ledger.Out, StringComparison.Ordinal));
        Assert.All(new[] { root, anna, ben, carl, dora }, token => Assert.DoesNotContain(token[17..], ledger.Out + seen.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_freeze_stops_a_start_and_an_override_lets_it_through()
    {
        var file = _workspace.WriteRollout(_model.Address, _model.Address, "{ share: 10%, bake: 1m }", "manual");
        await using var haldane = await StartAsync(file);

        var begun = await AsAsync(haldane, null, "freeze", "begin", "--name", "incident", "--model", "fraud", "--for", "2h", "--why", "an outage");
        var refused = await AsAsync(haldane, null, "rollout", "start", "fraud-v2");
        var listed = await AsAsync(haldane, null, "freeze", "list", "--json");
        var aside = await AsAsync(haldane, null, "rollout", "override", "fraud-v2", "--why", "the fix");
        var started = await AsAsync(haldane, null, "rollout", "start", "fraud-v2");
        var lifted = await AsAsync(haldane, null, "freeze", "lift", "incident");
        var again = await AsAsync(haldane, null, "freeze", "lift", "incident");

        Assert.Equal((0, 1, 0, 0, 0, 0, 1), (begun.Code, refused.Code, listed.Code, aside.Code, started.Code, lifted.Code, again.Code));
        Assert.Contains("fraud-v2 cannot start: it is frozen by incident until", refused.Error, StringComparison.Ordinal);
        Assert.Contains("\"stands\":true", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_reaches_the_version_and_nobody_else()
    {
        var file = Write(secret: true);
        var root = await MakeAsync(null, "root", "--role", "admin", "--store", _workspace.Store);
        var missing = await Terminal.RunAsync("run", file, "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", _workspace.Store);
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, environment: new Dictionary<string, string> { ["CANARY_KEY"] = Secret }, more: ["--require-token"]);
        await AsAsync(haldane, root, "rollout", "start", "fraud-v2");
        using var callers = new HttpClient { BaseAddress = haldane.Data };
        for (var i = 0; i < 400 && _model.Heard.All(h => !h.StartsWith("X-Canary-Key", StringComparison.OrdinalIgnoreCase)); i++)
        {
            await callers.PostAsync(new Uri("/v2/models/fraud/infer", UriKind.Relative), new StringContent("{}"));
        }

        using var admin = new HttpClient { BaseAddress = haldane.Admin, DefaultRequestHeaders = { Authorization = new("Bearer", root) } };
        var shown = "";
        foreach (var path in new[] { "/api/v1/rollouts", "/api/v1/rollouts/fraud-v2", "/api/v1/models", "/api/v1/ledger", "/metrics", "/" })
        {
            shown += await admin.GetStringAsync(path);
        }

        await haldane.StopAsync();

        Assert.Equal(2, missing.Code);
        Assert.Contains("X-Canary-Key of version v2 of model fraud: the environment variable CANARY_KEY is not there or empty", missing.Error, StringComparison.Ordinal);
        Assert.Contains($"X-Canary-Key: {Secret}", _model.Heard);
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_workspace.Store)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_ports_speak_tls()
    {
        var (certificate, key) = (_workspace.Write("c.pem", ""), _workspace.Write("k.pem", ""));
        using var issued = Issue(certificate, key);
        var file = _workspace.WriteRollout(_model.Address, _model.Address, "{ share: 10%, bake: 1m }", "manual");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, admin: "https://127.0.0.1:0", more: ["--data", "https://127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key]);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new() { CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { issued }, RevocationMode = X509RevocationMode.NoCheck } },
        });

        var models = await client.GetAsync(new Uri(haldane.Admin, "/api/v1/models"));
        var data = await client.PostAsync(new Uri(haldane.AllData[1], "/v2/models/fraud/infer"), new StringContent("{}", new MediaTypeHeaderValue("application/json")));

        Assert.Equal(("https", "https"), (haldane.Admin.Scheme, haldane.AllData[1].Scheme));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (models.StatusCode, data.StatusCode));
    }

    [Theory]
    [InlineData("--tls-certificate and --tls-key: found one of them", "--tls-key", "k.pem")]
    [InlineData("cannot be used", "--tls-certificate", "nothing.pem", "--tls-key", "nothing.pem")]
    [InlineData("a proxy that signs people in needs all of", "--proxy-address", "10.0.0.2")]
    [InlineData("--proxy-role staff: wanted is GROUP=ROLE", "--proxy-address", "10.0.0.2", "--proxy-user-header", "X-User", "--proxy-groups-header", "X-Groups", "--proxy-role", "staff")]
    [InlineData("asks for a credential, and there is none", "--require-token")]
    public async Task What_lets_nobody_in_is_said_in_one_line(string message, params string[] options)
    {
        var file = _workspace.WriteRollout(_model.Address, _model.Address, "{ share: 10%, bake: 1m }", "manual");

        var said = await Terminal.RunAsync(["run", file, "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", _workspace.Store, .. options]);

        Assert.Equal(2, said.Code);
        Assert.Contains(message, Assert.Single(said.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private string Write(bool secret = false) => _workspace.Write("risky.yaml", $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          route: { path: "/v2/models/fraud/**" }
          versions:
            - { name: v1, endpoints: ["{{_model.Address}}"] }
            - { name: v2, endpoints: ["{{_model.Address}}"]{{(secret ? ", override: { headers: { X-Canary-Key: { env: CANARY_KEY } } }" : "")}} }
          about: { owner: payments, risk: high }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          start: manual
          stages:
            - { share: 10%, bake: 1m, approval: { groups: [risk] } }
            - { share: 50%, bake: 1m }
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }
        """);

    private Task<RunningHaldane> StartAsync(string file, params string[] more) => RunningHaldane.StartAsync(file, _workspace.Store, more: more);

    private static async Task<string> MakeAsync((RunningHaldane Haldane, string Token)? with, params string[] arguments)
    {
        var said = with is { } server ? await AsAsync(server.Haldane, server.Token, ["tokens", "make", .. arguments]) : await Terminal.RunAsync(["tokens", "make", .. arguments]);
        Assert.True(said.Code == 0, said.Error);
        return said.Out.Trim();
    }

    private static async Task<Said> AsAsync(RunningHaldane haldane, string? token, params string[] arguments)
    {
        using var process = Terminal.Start([.. arguments, "--admin", haldane.Admin.ToString()], new Dictionary<string, string> { ["HALDANE_ADMIN_TOKEN"] = token ?? "" });
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    private static X509Certificate2 Issue(string certificate, string key)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var signed = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        File.WriteAllText(certificate, signed.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        return signed;
    }
}
