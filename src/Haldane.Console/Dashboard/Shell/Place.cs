namespace Haldane.Console.Dashboard.Shell;

/// <summary>The pages that every page leads to.</summary>
/// <param name="Path">Where.</param>
/// <param name="Name">What it is called.</param>
public sealed record Place(string Path, string Name)
{
    /// <summary>All models and rollouts.</summary>
    public static readonly Place Overview = new("/", "Overview");

    /// <summary>What was decided.</summary>
    public static readonly Place Ledger = new("/ledger", "Ledger");

    /// <summary>What is served.</summary>
    public static readonly Place Inventory = new("/inventory", "Inventory");

    /// <summary>In the order of the navigation.</summary>
    public static readonly IReadOnlyList<Place> All = [Overview, Ledger, Inventory];
}
