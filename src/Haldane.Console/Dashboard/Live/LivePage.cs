using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;

namespace Haldane.Console.Dashboard.Live;

/// <summary>What a page shows at a moment.</summary>
/// <param name="Parts">Its parts.</param>
/// <param name="Version">What makes the numbers others when it changes.</param>
/// <param name="Data">Numbers for its charts, as JSON, made only where they are others; null where it has none.</param>
internal sealed record Scene(IReadOnlyList<Part> Parts, long Version = 0, Func<string>? Data = null);

/// <summary>A page that several look at: what changes on it is drawn once, and sent to each.</summary>
/// <remarks>Any thread. Nothing is drawn while nobody looks.</remarks>
/// <param name="look">What the page shows now; null when what it is about is gone.</param>
/// <param name="views">Writes its parts.</param>
/// <param name="time">The time.</param>
internal sealed class LivePage(Func<Scene?> look, ViewWriter views, TimeProvider time) : IDisposable
{
    /// <summary>How often it is looked at.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Drawn> _drawn = new(StringComparer.Ordinal);
    private Data _data = new(null, 0, 0);
    private long _lookedAt = long.MinValue;
    private long _revision;
    private bool _gone;

    /// <summary>A part as it was drawn last.</summary>
    private sealed record Drawn(object Key, string Html, long Revision);

    private sealed record Data(string? Json, long Version, long Revision);

    /// <summary>Everything first, and then what is new, until what the page is about is gone.</summary>
    /// <param name="stillMay">Whether the one who looks still may.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(Func<bool> stillMay, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Pace, time);
        var (seen, quiet) = (0L, 0);
        do
        {
            if (!stillMay())
            {
                yield return new("", "signedout");
                yield break;
            }

            var (html, data, revision) = await NewsAsync(seen, cancel);
            seen = revision;
            if (html.Length > 0)
            {
                yield return new(html);
            }

            if (data is not null)
            {
                yield return new(data, "numbers");
            }

            // A word now and then: that nothing changes is news too, and whether the listener is still there shows only so.
            quiet = html.Length > 0 || data is not null ? 0 : quiet + 1;
            if (quiet % 4 == 3)
            {
                yield return new("", "still");
            }

            if (_gone)
            {
                yield return new("", "gone");
                yield break;
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<(string Html, string? Data, long Revision)> NewsAsync(long seen, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (_lookedAt == long.MinValue || time.GetElapsedTime(_lookedAt) > Pace / 2)
            {
                await LookAsync();
                _lookedAt = time.GetTimestamp();
            }

            var html = new StringBuilder();
            foreach (var part in _drawn.Values.Where(d => d.Revision > seen).OrderBy(d => d.Revision))
            {
                html.Append(part.Html);
            }

            return (html.ToString(), _data.Revision > seen ? _data.Json : null, _revision);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LookAsync()
    {
        if (look() is not { } scene)
        {
            _gone = true;
            return;
        }

        var there = new HashSet<string>(StringComparer.Ordinal);
        await DrawAsync(scene.Parts, there);
        foreach (var gone in _drawn.Keys.Where(id => !there.Contains(id)).ToList())
        {
            _drawn.Remove(gone);
        }

        if (scene.Data is { } data && (_data.Json is null || scene.Version != _data.Version))
        {
            _data = new(data(), scene.Version, ++_revision);
        }
    }

    private async Task DrawAsync(IReadOnlyList<Part> parts, HashSet<string> there)
    {
        foreach (var part in parts)
        {
            there.Add(part.Id);
            var isNew = _drawn.GetValueOrDefault(part.Id) is not { } before || !before.Key.Equals(part.Key);
            if (isNew)
            {
                _drawn[part.Id] = new(part.Key, await views.ReplaceAsync(part), ++_revision);
                Note(part.Within, there);
            }
            else
            {
                await DrawAsync(part.Within, there);
            }
        }
    }

    // What stands inside a part was drawn with it.
    private void Note(IReadOnlyList<Part> within, HashSet<string> there)
    {
        foreach (var part in within)
        {
            there.Add(part.Id);
            _drawn[part.Id] = new(part.Key, "", 0);
            Note(part.Within, there);
        }
    }
}
