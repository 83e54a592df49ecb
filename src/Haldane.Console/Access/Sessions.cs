using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Haldane.Console.Access;

/// <summary>Browsers that have signed in with a token. Kept in memory only: after a restart people sign in anew.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class Sessions(TimeProvider time)
{
    /// <summary>How long a session lasts, used or not.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(12);

    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>A browser that has signed in.</summary>
    /// <param name="Secret">The token that it did so with: looked up at each call, so that a revoked one ends the session.</param>
    /// <param name="Forgery">What a call that changes something must repeat in a header: a page of another site does not know it.</param>
    /// <param name="Ends">When it ends.</param>
    public sealed record Session(string Secret, string Forgery, DateTimeOffset Ends);

    /// <summary>Begins a session.</summary>
    /// <returns>Its id, a secret.</returns>
    public string Begin(string token)
    {
        var now = time.GetUtcNow();
        if (_sessions.Count >= Most)
        {
            foreach (var (old, _) in _sessions.Where(s => s.Value.Ends <= now).Concat(_sessions.OrderBy(s => s.Value.Ends).Take(Most / 10)).ToList())
            {
                _sessions.TryRemove(old, out _);
            }
        }

        var id = Chance();
        _sessions[id] = new(token, Chance(), now + Lasts);
        return id;
    }

    /// <summary>A session that lasts; null when there is none of the id.</summary>
    public Session? Find(string id) => _sessions.TryGetValue(id, out var session) && time.GetUtcNow() < session.Ends ? session : null;

    /// <summary>Ends a session.</summary>
    public void End(string id) => _sessions.TryRemove(id, out _);

    private static string Chance() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
