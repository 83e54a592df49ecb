using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Haldane.Console.Dashboard.Live;

/// <summary>The pages that somebody looks at.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class LivePages(ViewWriter views, TimeProvider time)
{
    /// <summary>How many may look at once.</summary>
    public const int Most = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private int _followers;

    /// <summary>Whether nobody more can look.</summary>
    public bool IsFull => Volatile.Read(ref _followers) >= Most;

    /// <summary>Follows a page.</summary>
    /// <param name="key">Equal for all who see the same.</param>
    /// <param name="look">What there is to see; null when it is gone.</param>
    /// <param name="stillMay">Whether the one who looks still may.</param>
    /// <param name="stopping">Ends it from outside, or open pages would hold the end of the server up.</param>
    /// <param name="left">Whoever looked has left.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(string key, Func<Scene?> look, Func<bool> stillMay, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        var page = Enter(key, look);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
            await using var news = page.FollowAsync(stillMay, either.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await IsMoreAsync(news, either.Token))
            {
                yield return news.Current;
            }
        }
        finally
        {
            Leave(key);
        }
    }

    // An end by whoever stops or leaves is the end of the stream, not a fault: the answer is finished properly.
    private static async Task<bool> IsMoreAsync(IAsyncEnumerator<SseItem<string>> news, CancellationToken cancel)
    {
        try
        {
            return await news.MoveNextAsync();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private LivePage Enter(string key, Func<Scene?> look)
    {
        lock (_gate)
        {
            _followers++;
            if (!_open.TryGetValue(key, out var open))
            {
                _open[key] = open = new(new(look, views, time));
            }

            open.Followers++;
            return open.Page;
        }
    }

    private void Leave(string key)
    {
        lock (_gate)
        {
            _followers--;
            if (--_open[key].Followers == 0)
            {
                _open.Remove(key, out var open);
                open!.Page.Dispose();
            }
        }
    }

    private sealed class Open(LivePage page)
    {
        public LivePage Page => page;

        public int Followers { get; set; }
    }
}
