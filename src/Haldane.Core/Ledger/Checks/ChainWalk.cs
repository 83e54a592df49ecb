using System.Text.Json;

namespace Haldane.Core.Ledger.Checks;

/// <summary>That a record rests on the evidence of a run up to a slice.</summary>
/// <param name="Record">The record.</param>
/// <param name="Run">The run.</param>
/// <param name="UpTo">The slice.</param>
/// <param name="Digest">The digest that the record has of it, hex.</param>
public sealed record EvidenceClaim(long Record, int Run, long UpTo, string Digest);

/// <summary>The last record of a rollout or of a setting.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Entry">What it says.</param>
public sealed record LastRecord(long Number, LedgerEntry Entry);

/// <summary>Where a record stands in the index of records by rollout.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="IsSetting">Whether it says what was set for it, and not what was decided of it.</param>
public readonly record struct FiledRecord(string Rollout, bool IsSetting);

/// <summary>Takes the records of a ledger from the first one on and recomputes every hash, wherever they were read from.</summary>
/// <remarks>
/// A record that was altered is named alone: the one after it may follow either the hash that is stored or the one that its content has.
/// One use, one thread.
/// </remarks>
/// <param name="problems">Where problems are noted.</param>
/// <param name="isExcerpt">Whether records may be left out, as in an export of one rollout: then only neighbours can be held against each other.</param>
public sealed class ChainWalk(LedgerProblems problems, bool isExcerpt = false)
{
    private readonly HashSet<string> _follows = new(StringComparer.Ordinal) { LedgerChain.Beginning };
    private readonly Dictionary<long, string> _hashes = [];
    private string _lastHash = LedgerChain.Beginning;
    private bool _lastHashKnown = true;

    /// <summary>How many records came.</summary>
    public long Read { get; private set; }

    /// <summary>The number of the last record; 0 before the first.</summary>
    public long LastNumber { get; private set; }

    /// <summary>What the records say about evidence.</summary>
    public List<EvidenceClaim> Claims { get; } = [];

    /// <summary>For each rollout its last record.</summary>
    public Dictionary<string, LastRecord> Last { get; } = new(StringComparer.Ordinal);

    /// <summary>For each setting its last record.</summary>
    public Dictionary<(string Kind, string Name), LastRecord> Settings { get; } = [];

    /// <summary>For each rollout who started its last run and who has agreed since: stage, who, when.</summary>
    public Dictionary<string, List<(int Stage, string By, DateTimeOffset At)>> Agreed { get; } = new(StringComparer.Ordinal);

    /// <summary>For each record about a rollout that can be read where it is filed.</summary>
    public Dictionary<long, FiledRecord> Filed { get; } = [];

    /// <summary>Records whose body cannot be read; each is named already.</summary>
    public HashSet<long> Unread { get; } = [];

    /// <summary>The hash that a record's content has, hex; null when the record did not come.</summary>
    public string? HashOf(long number) => _hashes.GetValueOrDefault(number);

    /// <summary>Takes the next record.</summary>
    /// <param name="record">As it was read.</param>
    /// <param name="typed">Whether everything in it was of the kind that was written.</param>
    public void Add(LedgerRecord record, bool typed = true)
    {
        Read++;
        var number = record.Number;
        var computed = LedgerChain.HashOf(number, record.Previous, record.Body);
        var isLeap = isExcerpt && number > LastNumber + 1;
        if (number != LastNumber + 1 && !isLeap)
        {
            number = CheckGap(number, typed && record.Hash == LedgerChain.HashOf(LastNumber + 1, record.Previous, record.Body));
        }
        else if (!typed)
        {
            problems.AddRecord(number, "body, previous or hash is not text as it was written");
        }
        else if (computed != record.Hash)
        {
            problems.AddRecord(number, "was altered: body, previous and hash do not belong together");
        }
        else if (!isLeap && !_follows.Contains(record.Previous))
        {
            problems.AddRecord(number, $"does not follow record {LastNumber}: one of the two was replaced");
        }

        _follows.Clear();
        _follows.Add(record.Hash);
        _follows.Add(computed);
        LastNumber = number;
        _hashes[number] = computed;
        _lastHash = record.Hash;
        _lastHashKnown = typed;
        Remember(number, record.Body);
    }

    /// <summary>Compares the end with the one that was recorded beside the ledger. Only for a ledger that was read to its end.</summary>
    public void CompareEnd(long number, string hash)
    {
        if (number > LastNumber)
        {
            problems.AddRecord(LastNumber + 1, $"is missing: the ledger ends at record {LastNumber}, its recorded end is record {number}");
        }
        else if (number < LastNumber)
        {
            problems.AddRecord(number + 1, $"stands after the recorded end of the ledger, record {number}");
        }
        else if (_lastHashKnown && hash != _lastHash && !_follows.Contains(hash))
        {
            problems.AddRecord(number, "is not the recorded end of the ledger: the recorded hash is another one");
        }
    }

    // Returns the number to go on with.
    private long CheckGap(long number, bool isRenumbered)
    {
        var expected = LastNumber + 1;
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

        problems.AddRecord(number, $"stands after record {LastNumber}");
        return LastNumber;
    }

    private void Remember(long number, string body)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(body, CoreJson.Default.LedgerEntry) ?? throw new JsonException("it is null");
            if (entry.FiledUnder is { } rollout)
            {
                Filed[number] = new(rollout, entry.Setting is not null);
            }

            if (entry.Setting is { } setting)
            {
                Settings[(setting.Kind, setting.Name)] = new(number, entry);
                return;
            }

            if (!Agreed.TryGetValue(entry.Rollout, out var agreed) || entry.Kind == "started")
            {
                Agreed[entry.Rollout] = agreed = [];
            }

            if (entry.Kind is "started" or "approved")
            {
                agreed.Add((entry.Stage, entry.By, entry.At));
            }

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
}
