namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Callers who go on calling, whatever happens to the store; each request has a subject of its own.</summary>
internal sealed class SteadyCallers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _callers;
    private int _answered;
    private int _failed;
    private volatile string _token = "";

    public SteadyCallers(Uri data, int callers = 4) => _callers = [.. Enumerable.Range(0, callers).Select(number => Task.Run(() => CallAsync(data, number)))];

    public int Answered => Volatile.Read(ref _answered);

    public int Failed => Volatile.Read(ref _failed);

    /// <summary>The token of an exchange that has just ended.</summary>
    public string Token => _token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
        _stop.Dispose();
    }

    private async Task CallAsync(Uri data, int number)
    {
        using var http = new HttpClient { BaseAddress = data };
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                (_, _token) = await Callers.CallAsync(http, $"user-{number}-{i}");
                Interlocked.Increment(ref _answered);

                // Gently: the processes share the cores with what is tested.
                await Task.Delay(TimeSpan.FromMilliseconds(5), _stop.Token);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref _failed);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
