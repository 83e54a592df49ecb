using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Tests.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Callers that come by TLS.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Certificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(1, HttpProtocols.Http1)]
    [InlineData(2, HttpProtocols.Http1)]
    [InlineData(1, HttpProtocols.Http2)]
    [InlineData(2, HttpProtocols.Http2)]
    public async Task Both_versions_of_http_pass_on_one_port(int version, HttpProtocols to)
    {
        await using var upstream = await EchoAsync(to);
        await using var rig = await StartAsync(upstream);
        using var client = Client(version);
        var body = new byte[300_000];
        new Random(7).NextBytes(body);

        for (var i = 0; i < 20; i++)
        {
            using var answer = await client.PostAsync(new Uri(rig.Address, Rig.Path), new ByteArrayContent(body)).WaitAsync(Patience);

            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version.Major));
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(20, (await rig.EndAsync()).Of(Arm.Canary).Cells[SegmentCells.Everyone].Exchanges);
    }

    [Fact]
    public async Task Many_connections_at_once_lose_nothing()
    {
        await using var upstream = await EchoAsync();
        await using var rig = await StartAsync(upstream);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async caller =>
        {
            using var client = Client(1);
            for (var i = 0; i < 25; i++)
            {
                var text = $"{caller}/{i}";
                using var answer = await client.PostAsync(new Uri(rig.Address, Rig.Path), new StringContent(text)).WaitAsync(Patience);
                Assert.Equal(text, await answer.Content.ReadAsStringAsync());
            }
        }));

        Assert.Equal(1_000, (await rig.EndAsync()).Of(Arm.Canary).Cells[SegmentCells.Everyone].Exchanges);
    }

    [Fact]
    public async Task Events_of_a_stream_arrive_one_by_one()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = await Http2Version.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(Patience);
            }
        }, HttpProtocols.Http1);
        await using var rig = await StartAsync(upstream);
        using var client = Client(1);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, Rig.Path)) { Content = new StringContent("{}") };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await reader.ReadLineAsync().WaitAsync(Patience));
            await reader.ReadLineAsync();
            next.Release();
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_call_to_the_version()
    {
        var left = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        await using var upstream = await Http2Version.StartAsync(async context =>
        {
            asked.SetResult();
            context.RequestAborted.Register(left.SetResult);
            await left.Task.WaitAsync(Patience);
        }, HttpProtocols.Http1);
        await using var rig = await StartAsync(upstream);
        var tls = await ConnectAsync(rig);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(Rig.Head(2) + "{}"));
        await asked.Task.WaitAsync(Patience);

        await tls.DisposeAsync();

        await left.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_is_not_tls_gets_nothing_and_harms_nobody()
    {
        await using var upstream = await EchoAsync();
        await using var rig = await StartAsync(upstream);
        using (var plain = new TcpClient())
        {
            await plain.ConnectAsync(rig.Address.Host, rig.Address.Port);
            await plain.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Rig.Head(2) + "{}"));
            var answer = new byte[1_000];
            var read = 0;
            try
            {
                int got;
                while ((got = await plain.GetStream().ReadAsync(answer.AsMemory(read)).AsTask().WaitAsync(Patience)) > 0)
                {
                    read += got;
                }
            }
            catch (IOException)
            {
                // A reset says no as well.
            }

            Assert.DoesNotContain("HTTP", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        }

        using var client = Client(1);
        using var after = await client.PostAsync(new Uri(rig.Address, Rig.Path), new StringContent("{}")).WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    private async Task<SslStream> ConnectAsync(Rig rig)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(rig.Address.Host, rig.Address.Port);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(_certificates.Client());
        Assert.NotEqual(SslProtocols.None, tls.SslProtocol);
        return tls;
    }

    private static Task<Http2Version> EchoAsync(HttpProtocols protocols = HttpProtocols.Http1) => Http2Version.StartAsync(async context =>
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.ToArray());
    }, protocols);

    private Task<Rig> StartAsync(Http2Version upstream) =>
        Rig.StartAsync(Rig.Routed(Rig.Spec([upstream.Address], [upstream.Address]), Share.Full), tls: _certificates.Server);

    private HttpClient Client(int version) => new(new SocketsHttpHandler { SslOptions = _certificates.Client() })
    {
        DefaultRequestVersion = new(version, version == 1 ? 1 : 0),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Patience,
    };
}
