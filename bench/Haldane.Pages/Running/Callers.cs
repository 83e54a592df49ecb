using System.Text;

namespace Haldane.Pages.Running;

/// <summary>Callers who go on calling, gently, each request with a subject of its own; they know what the canary has answered.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class Callers : IAsyncDisposable
{
    private const string Body = """{"inputs":[{"name":"amount","shape":[1],"datatype":"FP64","data":[12.5]}]}""";

    private static readonly string[] Countries = ["MY", "SG", "ID"];

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly int _models;
    private readonly TimeSpan _rest;
    private readonly Task[] _callers;
    private long _canary;
    private long _subject;

    /// <summary>They begin.</summary>
    /// <param name="data">Where.</param>
    /// <param name="models">How many models there are, see <see cref="Plan"/>.</param>
    /// <param name="callers">How many call at once.</param>
    /// <param name="rest">How long each waits before it calls again.</param>
    public Callers(Uri data, int models, int callers, TimeSpan rest)
    {
        (_models, _rest) = (models, rest);
        _http = new() { BaseAddress = data };
        _callers = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(GoOnAsync))];
    }

    /// <summary>Requests that the canary has answered.</summary>
    public long Canary => Interlocked.Read(ref _canary);

    /// <summary>Calls once.</summary>
    /// <returns>How many requests the canary had answered with this one; null where the baseline answered.</returns>
    public async Task<long?> CallAsync(CancellationToken cancel = default)
    {
        var subject = Interlocked.Increment(ref _subject);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{Plan.ModelName(subject % _models)}/infer") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-User-Id", $"user-{subject}");
        request.Headers.Add("X-Country", Countries[subject % Countries.Length]);
        using var answer = await _http.SendAsync(request, cancel);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.TryGetValues("x-haldane-arm", out var arms) && arms.Contains("canary", StringComparer.Ordinal) ? Interlocked.Increment(ref _canary) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task GoOnAsync()
    {
        try
        {
            while (true)
            {
                await CallAsync(_stop.Token);
                await Task.Delay(_rest, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }
}
