using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Processes;

/// <summary>Processes on this machine. Any thread.</summary>
/// <remarks>
/// What a process writes is its own affair and goes nowhere: it may be what callers asked. Limits of processor and memory are those of a control group (cgroup v2), so that all that a process starts is under them.
/// </remarks>
public sealed class ProcessHost : IProcessHost, IDisposable
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2), WarmPatience = TimeSpan.FromMinutes(1);

    private readonly string? _cgroup;
    private readonly StartingThread _starting = new();
    private readonly HttpClient _client = new(OutsideHandler.New(ProbePatience, lifetime: TimeSpan.FromMinutes(1), proxy: false))
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 << 20,
    };

    /// <summary>Starts nothing yet.</summary>
    /// <param name="cgroup">A folder of cgroup v2 that may be written; null where there is none, and then no process can be limited.</param>
    public ProcessHost(string? cgroup) => _cgroup = cgroup;

    /// <inheritdoc/>
    public IVersionProcess Start(string name, RuntimeSpec runtime)
    {
        var group = runtime is { Cpu: null, Memory: null } ? null
            : _cgroup is null ? throw new ProcessRefusedException("cpu and memory are limits of a control group, and there is none: give a folder of cgroup v2 that may be written, by --cgroup")
            : ControlGroup.Make(_cgroup, name, runtime.Cpu, runtime.Memory);
        return _starting.Run(() => VersionProcess.Start(runtime, group));
    }

    /// <inheritdoc/>
    public async Task<string?> ProbeAsync(string endpoint, ReadySpec ready, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(ProbePatience);
        try
        {
            if (ready.Path is { } path)
            {
                using var answer = await _client.GetAsync(new Uri(new Uri(endpoint), path), HttpCompletionOption.ResponseHeadersRead, patience.Token);
                return answer.IsSuccessStatusCode ? null : $"{path} answers {(int)answer.StatusCode}";
            }

            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            var address = new Uri(endpoint);
            await socket.ConnectAsync(new DnsEndPoint(address.DnsSafeHost, address.Port), patience.Token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return "it accepts no connection";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{ready.Path ?? "it"} did not answer within {ProbePatience.TotalSeconds:0} s";
        }
    }

    /// <inheritdoc/>
    public async Task<string?> WarmAsync(string endpoint, WarmUpSpec request, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(WarmPatience);
        try
        {
            using var message = new HttpRequestMessage(request.Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(new Uri(endpoint), request.Path));
            if (request.Body is { } body)
            {
                message.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            }

            using var answer = await _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, patience.Token);
            return answer.IsSuccessStatusCode ? null : $"was answered with {(int)answer.StatusCode}";
        }
        catch (HttpRequestException)
        {
            return "was not answered";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"was not answered within {WarmPatience.TotalSeconds:0} s";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _starting.Dispose();
    }
}
