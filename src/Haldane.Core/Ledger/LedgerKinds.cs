namespace Haldane.Core.Ledger;

/// <summary>The words of <see cref="LedgerEntry.Kind"/>, and groups of them.</summary>
public static class LedgerKinds
{
    /// <summary>Somebody has set something.</summary>
    public const string Set = "set";

    /// <summary>Somebody has removed something.</summary>
    public const string Removed = "removed";

    /// <summary>Kinds of records about a rollout.</summary>
    public static readonly ValueList<string> OfRollouts =
    [
        "started", "stage-entered", "held", "paused", "resumed", "approved", "returning", "promoted", "rolled-back", "concluded", "retired",
    ];

    /// <summary>Kinds of records about what people have set.</summary>
    public static readonly ValueList<string> OfSettings = [Set, Removed];

    /// <summary>Words that stand for several kinds.</summary>
    public static readonly ValueList<(string Name, ValueList<string> Kinds)> Groups =
    [
        ("ended", ["promoted", "rolled-back", "concluded"]),
        ("moved", ["started", "stage-entered", "returning", "promoted", "rolled-back", "concluded"]),
        ("waiting", ["held", "paused"]),
        ("people", ["paused", "resumed", "approved", Set, Removed]),
    ];

    /// <summary>Every word that stands for one kind or several, groups first.</summary>
    public static IEnumerable<string> Words => [.. Groups.Select(g => g.Name), .. OfRollouts, .. OfSettings];

    /// <summary>Whether a kind is what a word stands for.</summary>
    /// <param name="word">A kind or a group.</param>
    /// <param name="kind">The kind of a record.</param>
    public static bool Covers(string word, string kind) => word == kind || Groups.Any(g => g.Name == word && g.Kinds.Contains(kind));
}
