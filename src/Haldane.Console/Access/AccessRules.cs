using System.Net;
using Haldane.Core;
using Haldane.Core.Access;

namespace Haldane.Console.Access;

/// <summary>How the admin port knows people.</summary>
public sealed record AccessRules
{
    /// <summary>A secret that several may share; who uses it says who it is, and nobody proves it. Null for none.</summary>
    public string? SharedToken { get; init; }

    /// <summary>Whether a credential is asked for on loopback too.</summary>
    public bool Always { get; init; }

    /// <summary>A proxy that has signed people in; null for none.</summary>
    public TrustedProxy? Proxy { get; init; }

    /// <summary>Whether every call but liveness asks for a credential.</summary>
    /// <param name="listen">Where the port listens.</param>
    public bool AskOn(IPEndPoint listen) => Always || SharedToken is not null || Proxy is not null || !IPAddress.IsLoopback(listen.Address);
}

/// <summary>A proxy that signs people in, by OpenID Connect or otherwise, and says in a header who it is. Its word is taken only from its addresses.</summary>
/// <param name="Addresses">From where it connects; at least one.</param>
/// <param name="UserHeader">The header that holds the name.</param>
/// <param name="GroupsHeader">The header that holds the groups, separated by commas; with it twice nobody comes in.</param>
/// <param name="Groups">The role that members of a group have; who is in several has the one that comes first here, who is in none may not come in.</param>
public sealed record TrustedProxy(ValueList<IPAddress> Addresses, string UserHeader, string GroupsHeader, ValueList<(string Group, Role Role)> Groups)
{
    private const int LongestName = 200;

    /// <summary>Whether a call comes from the proxy.</summary>
    public bool Sends(IPAddress? from) => from is not null && Addresses.Any(a => Plain(a).Equals(Plain(from)));

    /// <summary>Who it says that it is; null when it says nobody whom we may let in.</summary>
    public Person? Find(IHeaderDictionary headers)
    {
        // Two values would be two opinions: one of them may be the caller's own.
        if (headers[UserHeader] is not [{ Length: > 0 and <= LongestName } name] || name.Any(char.IsControl) || AccessNames.IsOurs(name))
        {
            return null;
        }

        if (headers[GroupsHeader] is not [{ } line])
        {
            return null;
        }

        var groups = line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToValueList();
        return Groups.Where(g => groups.Contains(g.Group)).Select(g => (Role?)g.Role).FirstOrDefault() is { } role
            ? new(name) { Role = role, Groups = groups, IsProven = true }
            : null;
    }

    // Of an address of the old protocol in the clothes of the new one, and of no other: whoever has a network of the new one chooses its last four bytes.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
