using System.Collections.Concurrent;
using System.Net;

namespace Haldane.Console.Access;

/// <summary>Slows down whoever guesses: after some wrong credentials of an address it has to wait.</summary>
/// <remarks>Any thread. IPv6 callers are told apart by their /64, which is what one of them has.</remarks>
internal sealed class FailureLimit(TimeProvider time)
{
    /// <summary>Wrong credentials in a row that an address may send.</summary>
    public const int Free = 10;

    /// <summary>After how long one of them is forgotten.</summary>
    public static readonly TimeSpan Forgets = TimeSpan.FromSeconds(6);

    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, (double Failures, long At)> _failures = new(StringComparer.Ordinal);

    /// <summary>How long an address has to wait; zero when it need not.</summary>
    public TimeSpan WaitOf(IPAddress? from)
    {
        var excess = Left(_failures.GetValueOrDefault(Key(from))) - Free + 1;
        return excess > 0 ? excess * Forgets : TimeSpan.Zero;
    }

    /// <summary>Counts a wrong credential.</summary>
    public void Count(IPAddress? from)
    {
        if (_failures.Count >= Most)
        {
            // Those that are forgotten go first; where ten thousand addresses guess at once, all are forgiven rather than memory given to them.
            foreach (var (key, value) in _failures.Where(f => Left(f.Value) < 1).ToList())
            {
                _failures.TryRemove(key, out _);
            }

            if (_failures.Count >= Most)
            {
                _failures.Clear();
            }
        }

        var now = time.GetTimestamp();
        _failures.AddOrUpdate(Key(from), (1, now), (_, before) => (Math.Min(Left(before) + 1, 2 * Free), now));
    }

    private double Left((double Failures, long At) entry) =>
        entry.Failures == 0 ? 0 : Math.Max(0, entry.Failures - (time.GetElapsedTime(entry.At) / Forgets));

    private static string Key(IPAddress? from) => from switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => from.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } => Convert.ToHexString(from.GetAddressBytes().AsSpan(0, 8)),
        _ => from.ToString(),
    };
}
