namespace Haldane.Core.Ledger;

/// <summary>What a check of the ledger found.</summary>
/// <param name="Records">How many records were read.</param>
/// <param name="Problems">Each names its record; empty when the chain is whole.</param>
public sealed record LedgerCheck(long Records, ValueList<string> Problems)
{
    /// <summary>The signed heads that fit.</summary>
    public SignedHeads Heads { get; init => field = value ?? SignedHeads.None; } = SignedHeads.None;

    /// <summary>Runs whose evidence is in the archive, which was not looked at.</summary>
    public int Archived { get; init; }

    /// <summary>Runs whose evidence was moved into the archive and is there no more.</summary>
    public int Gone { get; init; }

    /// <summary>Whether nothing was found.</summary>
    public bool IsWhole => Problems.Count == 0;
}

/// <summary>Signed heads that fit the chain and their key.</summary>
/// <param name="Count">How many.</param>
/// <param name="Last">The last record that one of them covers; 0 when there is none.</param>
/// <param name="Key">Fingerprint of the key that they were held against; null when there was none.</param>
public sealed record SignedHeads(long Count, long Last, string? Key)
{
    /// <summary>Nothing was signed.</summary>
    public static readonly SignedHeads None = new(0, 0, null);
}
