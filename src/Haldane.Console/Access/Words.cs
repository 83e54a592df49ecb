using Haldane.Core.Access;

namespace Haldane.Console.Access;

/// <summary>Roles and permissions, for people.</summary>
internal static class Words
{
    /// <summary>A role, with its article.</summary>
    public static string Of(Role role) => role switch
    {
        Role.Operator => "an operator",
        Role.Approver => "an approver",
        Role.Admin => "an admin",
        _ => $"a {role.ToString().ToLowerInvariant()}",
    };

    /// <summary>The roles that may do something.</summary>
    public static string For(Permissions permission) => string.Join(" or ", Enum.GetValues<Role>().Where(r => new Person("") { Role = r }.May(permission)).Select(Of));
}
