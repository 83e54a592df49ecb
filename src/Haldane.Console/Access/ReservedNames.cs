namespace Haldane.Console.Access;

/// <summary>Names that stand for Haldane itself in the ledger: nobody may use them.</summary>
internal static class ReservedNames
{
    private static readonly HashSet<string> Ours = new(["gateway", "judge", "specification"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a name is one of them.</summary>
    public static bool Has(string name) => Ours.Contains(name.Trim());
}
