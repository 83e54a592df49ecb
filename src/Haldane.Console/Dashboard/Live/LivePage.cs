using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;

namespace Haldane.Console.Dashboard.Live;

/// <summary>What a page shows at a moment.</summary>
/// <param name="Model">What the page as a whole shows.</param>
/// <param name="Parts">Its parts.</param>
/// <param name="Version">What makes the numbers others when it changes.</param>
/// <param name="Data">Numbers for its charts, as JSON, made only where they are others; null where it has none.</param>
internal sealed record Scene(object Model, IReadOnlyList<Part> Parts, long Version = 0, Func<string>? Data = null);

/// <summary>A page that several look at: what changes on it is drawn and written once, and sent to each who has not seen it.</summary>
/// <remarks>
/// Any thread. Nothing is looked at while nobody follows, and nothing drawn that nobody is sent. Of those who follow, one looks for all and wakes them where there is news. Each change of a part
/// is a revision; a <em>mark</em> says up to which revision somebody has seen which page of which server, so that whoever was sent the page, or was cut off, gets only what is newer.
/// </remarks>
/// <param name="id">Unlike that of any other page, of this or another server.</param>
/// <param name="look">What the page shows now; null when what it is about is gone.</param>
/// <param name="views">Writes its parts.</param>
/// <param name="time">The time.</param>
internal sealed class LivePage(string id, Func<Scene?> look, ViewWriter views, TimeProvider time) : IDisposable
{
    /// <summary>How often it is looked at.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Still = "event: still\ndata: \n\n"u8.ToArray(), SignedOut = "event: signedout\ndata: \n\n"u8.ToArray(), Gone = "event: gone\ndata: \n\n"u8.ToArray();

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private Numbers _numbers = new(null, 0, 0);
    private long _lookedAt = long.MinValue;
    private long _revision;
    private bool _gone;
    private News _news = new(0, 0, default);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes note of what somebody is sent as a whole.</summary>
    /// <param name="scene">What it shows.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The mark of it.</returns>
    public async Task<string> NoteAsync(Scene scene, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            Note(scene);
            return MarkOf(_revision);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What is newer than a mark first, everything where the mark is of another page, and then what is new, until what the page is about is gone.</summary>
    /// <param name="mark">What is seen already; null for nothing.</param>
    /// <param name="stillMay">Whether the one who looks still may.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Server-sent events, one or two at a time.</returns>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync(string? mark, Func<bool> stillMay, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (seen, quiet) = (RevisionOf(mark), 0);
        while (stillMay())
        {
            var changed = Volatile.Read(ref _changed).Task;
            var (news, isGone) = await NewsAsync(seen, cancel);
            seen = news.To;
            quiet = news.Events.IsEmpty ? quiet + 1 : 0;
            if (quiet == 0)
            {
                yield return news.Events;
            }
            else if (quiet % 4 == 3)
            {
                // A word now and then: that nothing changes is news too, and whether the listener is still there shows only so.
                yield return Still;
            }

            if (isGone)
            {
                yield return Gone;
                yield break;
            }

            await Task.WhenAny(changed, Task.Delay(Pace, time, cancel));
            cancel.ThrowIfCancellationRequested();
        }

        yield return SignedOut;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private string MarkOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"{id}-{revision}");

    private long RevisionOf(string? mark) =>
        mark is not null && mark.StartsWith(id, StringComparison.Ordinal) && mark.Length > id.Length && long.TryParse(mark.AsSpan(id.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private async Task<(News News, bool IsGone)> NewsAsync(long seen, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            // Whoever wakes first, a little before the others, looks for all.
            if (_lookedAt == long.MinValue || time.GetElapsedTime(_lookedAt) >= 0.9 * Pace)
            {
                Look();
            }

            if (_news.From != seen || _news.To != _revision)
            {
                _news = new(seen, _revision, await WriteAsync(seen, cancel));
            }

            return (_news, _gone);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Look()
    {
        var scene = look();
        _lookedAt = time.GetTimestamp();
        _gone = scene is null;
        if (scene is not null)
        {
            Note(scene);
        }
        else
        {
            Wake();
        }
    }

    private void Wake() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    // What is newer than a revision, as it goes over the wire.
    private async Task<ReadOnlyMemory<byte>> WriteAsync(long seen, CancellationToken cancel)
    {
        var html = new StringBuilder();
        foreach (var known in _known.Values.Where(k => k.Revision > seen).OrderBy(k => k.Revision))
        {
            html.Append(known.Html ??= await views.ReplaceAsync(known.Part));
        }

        // Of two that belong together the last has the mark: who was cut off between them gets both again.
        var numbers = _numbers.Revision > seen ? _numbers.Json : null;
        List<SseItem<string>> events = [];
        if (html.Length > 0)
        {
            events.Add(new(html.ToString()) { EventId = numbers is null ? MarkOf(_revision) : null });
        }

        if (numbers is not null)
        {
            events.Add(new(numbers, "numbers") { EventId = MarkOf(_revision) });
        }

        using var wire = new MemoryStream();
        await SseFormatter.WriteAsync(events.ToAsyncEnumerable(), wire, cancel);
        return wire.ToArray();
    }

    private void Note(Scene scene)
    {
        var before = _revision;
        var there = new HashSet<string>(StringComparer.Ordinal);
        Compare(scene.Parts, there);
        foreach (var gone in _known.Keys.Where(id => !there.Contains(id)).ToList())
        {
            _known.Remove(gone);
        }

        if (scene.Data is { } data && (_numbers.Revision == 0 || scene.Version != _numbers.Version))
        {
            _numbers = new(data, scene.Version, ++_revision);
        }

        if (_revision != before)
        {
            Wake();
        }
    }

    private void Compare(IReadOnlyList<Part> parts, HashSet<string> there)
    {
        foreach (var part in parts)
        {
            there.Add(part.Id);
            if (_known.GetValueOrDefault(part.Id) is { } before && before.Part.Key.Equals(part.Key))
            {
                Compare(part.Within, there);
            }
            else
            {
                _known[part.Id] = new(part, ++_revision);
                Within(part, there);
            }
        }
    }

    // What stands inside a part is sent with it.
    private void Within(Part whole, HashSet<string> there)
    {
        foreach (var part in whole.Within)
        {
            there.Add(part.Id);
            _known[part.Id] = new(part, 0);
            Within(part, there);
        }
    }

    /// <summary>A part as it was seen last.</summary>
    private sealed class Known(Part part, long revision)
    {
        public Part Part => part;

        public long Revision => revision;

        /// <summary>How it is drawn; null while nobody was sent it.</summary>
        public string? Html { get; set; }
    }

    /// <summary>What is newer than a revision, up to another.</summary>
    private sealed record News(long From, long To, ReadOnlyMemory<byte> Events);

    private sealed class Numbers(Func<string>? data, long version, long revision)
    {
        private string? _json;

        public long Version => version;

        public long Revision => revision;

        public string? Json => _json ??= data?.Invoke();
    }
}
