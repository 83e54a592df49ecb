using Haldane.Core.Ledger;

namespace Haldane.Store.Signing;

/// <summary>Checks signatures of ledgers that did not come in a store.</summary>
public static class LedgerSignatures
{
    /// <summary>Checks a signature by Ed25519.</summary>
    public static SignatureCheck Check => Ed25519.Fits;
}
