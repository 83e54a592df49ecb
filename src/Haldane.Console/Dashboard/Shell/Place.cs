using Haldane.Core.Access;

namespace Haldane.Console.Dashboard.Shell;

/// <summary>The pages that every page leads to.</summary>
/// <param name="Path">Where.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Needs">What a person must be allowed to open it.</param>
/// <param name="AllModels">Whether it tells of all models, so that who may see some only may not open it.</param>
public sealed record Place(string Path, string Name, Permissions Needs = Permissions.Read, bool AllModels = false)
{
    /// <summary>All models and rollouts.</summary>
    public static readonly Place Overview = new("/", "Overview");

    /// <summary>What was decided.</summary>
    public static readonly Place Ledger = new("/ledger", "Ledger");

    /// <summary>What is served.</summary>
    public static readonly Place Inventory = new("/inventory", "Inventory");

    /// <summary>What serves, and who is told and asked.</summary>
    public static readonly Place Settings = new("/settings", "Settings");

    /// <summary>Who may come in.</summary>
    public static readonly Place Tokens = new("/tokens", "Tokens", Permissions.Administer, AllModels: true);

    private static readonly IReadOnlyList<Place> All = [Overview, Ledger, Inventory, Settings, Tokens];

    /// <summary>Those that a person may open, in the order of the navigation.</summary>
    public static IEnumerable<Place> For(Person person) => All.Where(p => person.May(p.Needs) && (person.CoversEverything || !p.AllModels));
}
