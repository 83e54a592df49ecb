namespace Haldane.Control.Evidence;

/// <summary>Tells whether something happens to a subject for the first time, under keys such as an event. Not thread-safe.</summary>
/// <typeparam name="TKey">What is told apart.</typeparam>
internal sealed class FirstSubjects<TKey>
    where TKey : notnull
{
    // Past this many subjects under one key further ones are left out, whatever their arm: the comparison is long decided.
    private const int MostSubjects = 1 << 20;

    private readonly Dictionary<TKey, HashSet<uint>> _known = [];

    /// <summary>How many subjects are known under a key.</summary>
    public int Count(TKey key) => _known.TryGetValue(key, out var subjects) ? subjects.Count : 0;

    /// <summary>Whether a subject is known under a key.</summary>
    public bool Knows(TKey key, uint subject) => _known.TryGetValue(key, out var subjects) && subjects.Contains(subject);

    /// <summary>Takes note of a subject; true the first time, unless the key is full.</summary>
    public bool Add(TKey key, uint subject)
    {
        if (!_known.TryGetValue(key, out var subjects))
        {
            _known[key] = subjects = [];
        }

        return subjects.Count < MostSubjects && subjects.Add(subject);
    }
}
