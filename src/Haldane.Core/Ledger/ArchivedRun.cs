namespace Haldane.Core.Ledger;

/// <summary>The evidence of a run that is over, moved from the store into a file of the archive.</summary>
/// <remarks>What is in the ledger of it is enough to tell whether a file is that evidence, wherever it has been kept.</remarks>
/// <param name="Run">The run.</param>
/// <param name="Slices">How many slices.</param>
/// <param name="Digest">The digest over all of them, hex: the one that the ledger's records name.</param>
/// <param name="Until">When the last slice ended.</param>
/// <param name="Sha256">Of the file, hex.</param>
public sealed record ArchivedRun(int Run, long Slices, string Digest, DateTimeOffset Until, string Sha256);
