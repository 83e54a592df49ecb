using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>Servers and callers that we did not write.</summary>
[Collection(Alone.Name)]
public sealed class NginxTests
{
    public static bool IsInstalled => Which("nginx") is not null && Which("wrk") is not null;

    [Fact(Skip = "needs nginx and wrk, which ./test installs on Debian", SkipUnless = nameof(IsInstalled))]
    public async Task Two_nginx_servers_under_wrk_roll_out_to_promotion_without_a_failed_request()
    {
        using var workspace = new Workspace();
        var (port1, port2) = (FreePort(), FreePort());
        using var nginx = StartNginx(workspace, port1, port2);
        try
        {
            var file = workspace.WriteRollout(
                $"http://127.0.0.1:{port1}", $"http://127.0.0.1:{port2}", "{ share: 1%, bake: 2s }, { share: 10%, bake: 2s }, { share: 50%, bake: 2s }");
            await using var haldane = await RunningHaldane.StartAsync(file, workspace.Store);
            using var wrk = Process.Start(new ProcessStartInfo("wrk")
            {
                ArgumentList = { "-t1", "-c32", "-d15s", "-s", Path.Combine(Repository.Root, "bench", "gateway", "request.lua"), haldane.Data.ToString() },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            var output = await wrk.StandardOutput.ReadToEndAsync();

            using var admin = new HttpClient { BaseAddress = haldane.Admin };
            var view = (await admin.GetFromJsonAsync<JsonObject>("/api/v1/rollouts/fraud-v2"))!;
            var result = output.Split('\n').Single(l => l.StartsWith("result ", StringComparison.Ordinal)).Split(' ');
            Assert.Equal("Promoted", (string)view["rollout"]!["phase"]!);
            Assert.Equal("0", result[^1]);
            Assert.True(long.Parse(result[2]) > 10_000, output);
        }
        finally
        {
            nginx.Kill();
            await nginx.WaitForExitAsync();
        }
    }

    private static Process StartNginx(Workspace workspace, int port1, int port2)
    {
        const string answer = """{"outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["legit"]}]}""";
        var configuration = workspace.Write("nginx.conf", $$"""
            master_process off; daemon off; pid nginx.pid; error_log stderr crit;
            events { worker_connections 1024; }
            http {
              access_log off; keepalive_requests 1000000000;
              client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
              server { listen 127.0.0.1:{{port1}}; location / { default_type application/json; return 200 '{{answer}}'; } }
              server { listen 127.0.0.1:{{port2}}; location / { default_type application/json; return 200 '{{answer}}'; } }
            }
            """);
        return Process.Start(new ProcessStartInfo(Which("nginx")!) { ArgumentList = { "-p", Path.GetDirectoryName(configuration)!, "-c", configuration } })!;
    }

    // Debian keeps nginx where only the administrator's PATH looks.
    private static string? Which(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':')
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
