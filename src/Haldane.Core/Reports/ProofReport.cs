namespace Haldane.Core.Reports;

/// <summary>What holds the pack together: the chain, its signatures, and the verdicts computed anew.</summary>
public sealed record ProofReport
{
    /// <summary>Records of this run.</summary>
    public required int Records { get; init; }

    /// <summary>The first one.</summary>
    public required RecordPlace First { get; init; }

    /// <summary>The last one.</summary>
    public required RecordPlace Last { get; init; }

    /// <summary>Records of the whole ledger whose hashes were recomputed.</summary>
    public required long ChainRecords { get; init; }

    /// <summary>How many problems that check found in the whole ledger, signatures included.</summary>
    public required int ChainProblems { get; init; }

    /// <summary>Those of them that name a record of this run.</summary>
    public required ValueList<string> Problems { get; init; }

    /// <summary>How many signed heads fit the chain and the ledger's key.</summary>
    public required long HeadsThatFit { get; init; }

    /// <summary>The signed head that covers all records of this run: the first of that kind; null when there is none yet.</summary>
    public SignedPlace? SignedBy { get; init; }

    /// <summary>Fingerprint of the ledger's key; null when nothing was ever signed.</summary>
    public string? Key { get; init; }

    /// <summary>Slices of the run's evidence.</summary>
    public required long Slices { get; init; }

    /// <summary>The digest over them, hex, recomputed; empty when there are none.</summary>
    public required string Digest { get; init; }

    /// <summary>The verdicts computed anew from the stored evidence.</summary>
    public required ReplayProof Replay { get; init; }
}

/// <summary>A record and its hash.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash, hex.</param>
public sealed record RecordPlace(long Number, string Hash);

/// <summary>A signed head.</summary>
/// <param name="Number">The record that it is of.</param>
/// <param name="At">When it was signed.</param>
public sealed record SignedPlace(long Number, string At);

/// <summary>What came of judging the stored evidence anew.</summary>
/// <param name="Records">Records that rest on evidence or verdicts.</param>
/// <param name="Verdicts">Verdicts that were compared.</param>
/// <param name="IsEqual">Whether every verdict and every digest came out as it was recorded.</param>
/// <param name="Differences">What differs, each with its record; the first ones.</param>
public sealed record ReplayProof(int Records, int Verdicts, bool IsEqual, ValueList<string> Differences)
{
    /// <summary>More differences than this say no more.</summary>
    public const int MostDifferences = 20;
}
