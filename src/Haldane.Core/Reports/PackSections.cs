namespace Haldane.Core.Reports;

/// <summary>The sections of a pack, in order: what links name, and what they are called.</summary>
public static class PackSections
{
    /// <summary>One page.</summary>
    public const string Summary = "summary";

    /// <summary>What was changed.</summary>
    public const string Change = "change";

    /// <summary>What was promised.</summary>
    public const string Risk = "risk";

    /// <summary>What happened.</summary>
    public const string Course = "course";

    /// <summary>What the judge said.</summary>
    public const string Verdicts = "verdicts";

    /// <summary>Who was reached.</summary>
    public const string BlastRadius = "blast-radius";

    /// <summary>Who decided.</summary>
    public const string People = "people";

    /// <summary>What holds it together.</summary>
    public const string Proof = "proof";

    /// <summary>Which clauses it serves.</summary>
    public const string Standards = "standards";

    /// <summary>What it does not show.</summary>
    public const string Limits = "limits";

    /// <summary>All of them with their titles.</summary>
    public static readonly ValueList<(string Id, string Title)> All =
    [
        (Summary, "Summary"),
        (Change, "What was changed"),
        (Risk, "What was promised"),
        (Course, "What happened"),
        (Verdicts, "What the judge said"),
        (BlastRadius, "Who was reached"),
        (People, "Who decided"),
        (Proof, "How it is proven"),
        (Standards, "Which clauses this serves"),
        (Limits, "What this does not show"),
    ];

    /// <summary>The number of a section, from 1.</summary>
    public static int NumberOf(string id) => 1 + All.AsSpan().IndexOf(All.First(s => s.Id == id));
}

/// <summary>What no pack shows.</summary>
public static class PackLimits
{
    /// <summary>Each in a sentence or two.</summary>
    public static readonly ValueList<string> All =
    [
        "Whether the guards are the right ones. A harm that no guard measures is not in this pack; the margins are those that somebody wrote into the plan.",
        "Single decisions. Haldane counts; it keeps no request, no answer, no prompt and no subject's name. What the model said to one person cannot be looked up here.",
        "What happened before and after the rollout: how the version was made, trained and tested, and how it has behaved since.",
        "Who people are. The ledger has the name that a credential, a proxy or the caller gave. A name that was only said proves nobody; a credential proves who held it.",
        "That nobody with the installation's private key rewrote everything. Signatures show that against whoever has no key. Keep the public key and a signed head elsewhere, and check against them.",
        "Harm beyond chance, proven: the numbers of harmed requests are estimates that compare with the baseline in the same stage. What both versions suffer alike is in neither.",
        "Requests that were counted for nobody: those that callers gave up or called their own retries, those that the gateway had no room for, and those that went to the baseline while the canary was ejected.",
        "Whether a standard or a law is kept. The tables say which records exist for a clause. To judge them is a person's work, as is everything in their last column.",
    ];
}
