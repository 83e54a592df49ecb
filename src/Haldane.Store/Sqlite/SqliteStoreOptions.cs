using Haldane.Store.Archive;

namespace Haldane.Store.Sqlite;

/// <summary>How patient the store is, which tests shorten, and where else evidence is.</summary>
internal sealed record SqliteStoreOptions
{
    /// <summary>How long a write waits for its turn and a read for a connection. A commit takes milliseconds; past this the disk stands.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many writes may wait; also the most that share a commit.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>How many reads may run at once: more would fight for the disk, and reads are short.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>Where evidence of old runs is; null: nowhere.</summary>
    public EvidenceArchive? Archive { get; init; }

    /// <summary>Measures <see cref="Patience"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
