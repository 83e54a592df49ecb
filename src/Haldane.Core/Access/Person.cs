namespace Haldane.Core.Access;

/// <summary>What somebody may do.</summary>
[Flags]
public enum Permissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See models, rollouts, verdicts and the ledger.</summary>
    Read = 1,

    /// <summary>Send feedback.</summary>
    Send = 2,

    /// <summary>Plan, start, pause, resume, advance and take back rollouts.</summary>
    Operate = 4,

    /// <summary>Agree to what a stage asks people for, freeze, and set a freeze aside.</summary>
    Approve = 8,

    /// <summary>Make and revoke tokens, and change what is served, who is told and what holds everyone.</summary>
    Administer = 16,
}

/// <summary>What a token is for.</summary>
public enum Role
{
    /// <summary>A program that sends feedback and sees nothing.</summary>
    Reporter,

    /// <summary>Sees everything and changes nothing.</summary>
    Viewer,

    /// <summary>Moves rollouts.</summary>
    Operator,

    /// <summary>Moves rollouts, and agrees where people are asked.</summary>
    Approver,

    /// <summary>May do everything.</summary>
    Admin,
}

/// <summary>What each role may do.</summary>
public static class Roles
{
    /// <summary>What a role may do.</summary>
    public static Permissions PermissionsOf(Role role) => role switch
    {
        Role.Reporter => Permissions.Send,
        Role.Viewer => Permissions.Read,
        Role.Operator => Permissions.Read | Permissions.Send | Permissions.Operate,
        Role.Approver => Permissions.Read | Permissions.Operate | Permissions.Approve,
        Role.Admin => Permissions.Read | Permissions.Send | Permissions.Operate | Permissions.Approve | Permissions.Administer,
        _ => Permissions.None,
    };
}

/// <summary>Who asks for something.</summary>
/// <param name="Name">As the ledger has it.</param>
public sealed record Person(string Name)
{
    /// <summary>What the person may do.</summary>
    public Role Role { get; init; } = Role.Viewer;

    /// <summary>The models that it may be done to; empty for all.</summary>
    public ValueList<string> Models { get; init; } = [];

    /// <summary>What the person belongs to, e.g. <c>risk</c>.</summary>
    public ValueList<string> Groups { get; init; } = [];

    /// <summary>Whether the name is proven by a credential of the person's own, and not only said.</summary>
    public bool IsProven { get; init; }

    /// <summary>Who made the credential; null where nobody of ours did.</summary>
    public string? MadeBy { get; init; }

    /// <summary>Haldane itself, on behalf of a specification.</summary>
    public static Person Specification { get; } = new("specification") { Role = Role.Admin };

    /// <summary>Whoever may do everything without having said who it is: on loopback, or with the secret that several share.</summary>
    public static Person Anyone { get; } = new("api") { Role = Role.Admin };

    /// <summary>Whether the person may do something to some model at least.</summary>
    public bool May(Permissions what) => (Roles.PermissionsOf(Role) & what) == what;

    /// <summary>Whether the person may do something to a model.</summary>
    public bool May(Permissions what, string model) => May(what) && Covers(model);

    /// <summary>Whether a model is one of those that the person may have to do with.</summary>
    public bool Covers(string model) => Models.Covers(model);

    /// <summary>Whether the person may have to do with all models.</summary>
    public bool CoversEverything => Models.Count == 0;

    /// <summary>Whether two names stand for one person: letters that look different in size only do not make another.</summary>
    public static bool IsSame(string one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
