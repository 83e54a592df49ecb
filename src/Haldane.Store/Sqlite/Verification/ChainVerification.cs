using System.Text.Json;
using Haldane.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>That a record rests on the evidence of a run up to a slice.</summary>
internal sealed record EvidenceClaim(long Record, int Run, long UpTo, string Digest);

/// <summary>The last record of a rollout or of a setting.</summary>
internal sealed record LastRecord(long Number, LedgerEntry Entry);

/// <summary>Walks the ledger from its first record and recomputes every hash.</summary>
/// <remarks>
/// A record that was altered is named alone: the one after it may follow either the hash that is stored or the one that its content has.
/// One use, one thread.
/// </remarks>
internal sealed class ChainVerification(Problems problems)
{
    private readonly HashSet<string> _follows = new(StringComparer.Ordinal) { LedgerChain.Beginning };
    private long _last;
    private string _lastHash = LedgerChain.Beginning;
    private bool _lastHashKnown = true;

    /// <summary>How many records were read.</summary>
    public long Read { get; private set; }

    /// <summary>Whether the ledger could be read to its end.</summary>
    public bool Complete { get; private set; }

    /// <summary>What the records say about evidence.</summary>
    public List<EvidenceClaim> Claims { get; } = [];

    /// <summary>For each rollout its last record.</summary>
    public Dictionary<string, LastRecord> Last { get; } = new(StringComparer.Ordinal);

    /// <summary>For each setting its last record.</summary>
    public Dictionary<(string Kind, string Name), LastRecord> Settings { get; } = [];

    /// <summary>For each record of a rollout that can be read its rollout.</summary>
    public Dictionary<long, string> Rollouts { get; } = [];

    /// <summary>Records whose body cannot be read; each is named already.</summary>
    public HashSet<long> Unread { get; } = [];

    public void Run(SqliteConnection connection, CancellationToken cancel)
    {
        try
        {
            using var rows = new RawRows(connection, "SELECT number, body, previous, hash FROM ledger ORDER BY number");
            while (rows.Next())
            {
                cancel.ThrowIfCancellationRequested();
                Read++;
                Check(rows);
            }

            Complete = true;
        }
        catch (SqliteException e)
        {
            problems.Add($"records from {_last + 1} on cannot be read: {e.Message}");
        }

        CheckHead(connection);
    }

    private void Check(RawRows rows)
    {
        var typed = rows.TryInteger(0, out var number);
        typed &= rows.TryText(1, out var body);
        typed &= rows.TryText(2, out var previous);
        typed &= rows.TryText(3, out var hash);
        var computed = LedgerChain.HashOf(number, previous, body);

        if (number != _last + 1)
        {
            number = CheckGap(number, typed && hash == LedgerChain.HashOf(_last + 1, previous, body));
        }
        else if (!typed)
        {
            problems.AddRecord(number, "body, previous or hash is not text as it was written");
        }
        else if (computed != hash)
        {
            problems.AddRecord(number, "was altered: body, previous and hash do not belong together");
        }
        else if (!_follows.Contains(previous))
        {
            problems.AddRecord(number, $"does not follow record {_last}: one of the two was replaced");
        }

        _follows.Clear();
        _follows.Add(hash);
        _follows.Add(computed);
        _last = number;
        _lastHash = hash;
        _lastHashKnown = typed;
        Remember(number, body);
    }

    // Returns the number to go on with.
    private long CheckGap(long number, bool isRenumbered)
    {
        var expected = _last + 1;
        if (isRenumbered)
        {
            problems.AddRecord(expected, $"stands under the number {number}");
            return expected;
        }

        if (number > expected)
        {
            problems.AddRecord(expected, number == expected + 1 ? "is missing" : $"is missing, and all before record {number}");
            return number;
        }

        problems.AddRecord(number, $"stands after record {_last}");
        return _last;
    }

    private void Remember(long number, string body)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(body, Core.CoreJson.Default.LedgerEntry)
                ?? throw new JsonException("it is null");
            if (entry.Setting is { } setting)
            {
                Settings[(setting.Kind, setting.Name)] = new(number, entry);
                return;
            }

            Rollouts[number] = entry.Rollout;
            Last[entry.Rollout] = new(number, entry);
            if (entry.EvidenceUpTo > 0)
            {
                Claims.Add(new(number, entry.Run, entry.EvidenceUpTo, entry.EvidenceDigest));
            }
        }
        catch (JsonException e)
        {
            Unread.Add(number);
            problems.AddRecord(number, $"its body is not a ledger entry: {e.Message}");
        }
    }

    private void CheckHead(SqliteConnection connection)
    {
        try
        {
            using var rows = new RawRows(connection, "SELECT number, hash FROM head");
            if (!rows.Next())
            {
                problems.AddRecord(_last, "the recorded end of the ledger is missing, so nothing shows whether records were cut off after it");
            }
            else if (!rows.TryInteger(0, out var number) | !rows.TryText(1, out var hash))
            {
                problems.AddRecord(_last, "the recorded end of the ledger is not as it was written");
            }
            else if (Complete)
            {
                CompareHead(number, hash);
            }
        }
        catch (SqliteException e)
        {
            problems.AddRecord(_last, $"the recorded end of the ledger cannot be read: {e.Message}");
        }
    }

    private void CompareHead(long number, string hash)
    {
        if (number > _last)
        {
            problems.AddRecord(_last + 1, $"is missing: the ledger ends at record {_last}, its recorded end is record {number}");
        }
        else if (number < _last)
        {
            problems.AddRecord(number + 1, $"stands after the recorded end of the ledger, record {number}");
        }
        else if (_lastHashKnown && hash != _lastHash && !_follows.Contains(hash))
        {
            problems.AddRecord(number, "is not the recorded end of the ledger: the recorded hash is another one");
        }
    }
}
