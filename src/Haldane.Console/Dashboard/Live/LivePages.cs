using System.Runtime.CompilerServices;

namespace Haldane.Console.Dashboard.Live;

/// <summary>The pages that somebody looks at.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class LivePages(ViewWriter views, TimeProvider time)
{
    /// <summary>How many may follow at once.</summary>
    public const int Most = 1_000;

    /// <summary>How many are kept that nobody follows.</summary>
    public const int MostIdle = 100;

    /// <summary>How long a page is kept that nobody follows: whoever was sent it follows soon, and who was cut off comes back soon.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private int _followers;

    /// <summary>Whether nobody more can follow.</summary>
    public bool IsFull => Volatile.Read(ref _followers) >= Most;

    /// <summary>Takes note of what somebody is sent as a whole.</summary>
    /// <param name="key">Equal for all who see the same.</param>
    /// <param name="look">What there is to see; null when it is gone.</param>
    /// <param name="scene">What is sent.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The mark with which to follow.</returns>
    public async Task<string> NoteAsync(string key, Func<Scene?> look, Scene scene, CancellationToken cancel)
    {
        var page = Enter(key, look);
        try
        {
            return await page.NoteAsync(scene, cancel);
        }
        finally
        {
            Leave(key);
        }
    }

    /// <summary>Follows a page.</summary>
    /// <param name="key">Equal for all who see the same.</param>
    /// <param name="look">What there is to see; null when it is gone.</param>
    /// <param name="mark">What is seen already; null for nothing.</param>
    /// <param name="stillMay">Whether the one who looks still may.</param>
    /// <param name="stopping">Ends it from outside, or open pages would hold the end of the server up.</param>
    /// <param name="left">Whoever looked has left.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync(string key, Func<Scene?> look, string? mark, Func<bool> stillMay, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        var page = Enter(key, look);
        Interlocked.Increment(ref _followers);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
            await using var news = page.FollowAsync(mark, stillMay, either.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await IsMoreAsync(news, either.Token))
            {
                yield return news.Current;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
            Leave(key);
        }
    }

    // An end by whoever stops or leaves is the end of the stream, not a fault: the answer is finished properly.
    private static async Task<bool> IsMoreAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> news, CancellationToken cancel)
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
            if (!_open.TryGetValue(key, out var open))
            {
                _open[key] = open = new(new(Guid.NewGuid().ToString("N"), look, views, time));
            }

            open.Users++;
            return open.Page;
        }
    }

    private void Leave(string key)
    {
        lock (_gate)
        {
            var open = _open[key];
            open.Users--;
            open.LeftAt = time.GetTimestamp();
            foreach (var (idle, _) in _open.Where(o => o.Value.Users == 0).OrderByDescending(o => o.Value.LeftAt).Where((o, i) => i >= MostIdle || time.GetElapsedTime(o.Value.LeftAt) > Patience).ToList())
            {
                _open.Remove(idle, out var old);
                old!.Page.Dispose();
            }
        }
    }

    private sealed class Open(LivePage page)
    {
        public LivePage Page => page;

        public int Users { get; set; }

        public long LeftAt { get; set; }
    }
}
