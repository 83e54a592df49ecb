using System.CommandLine;
using System.Net;
using Haldane.Console;
using Haldane.Console.Access;
using Haldane.Core.Access;
using Haldane.Hosting;

namespace Haldane.Commands;

/// <summary>The options of <c>run</c> that say who may come in, and whether what they say is encrypted.</summary>
internal sealed class AccessOptions
{
    private readonly Option<bool> _always = new("--require-token") { Description = "Ask for a token on loopback too." };
    private readonly Option<string?> _certificate = new("--tls-certificate") { Description = "PEM file of the certificate for ports with https://, with what stands between it and its root. A renewed one is taken up within a minute." };
    private readonly Option<string?> _key = new("--tls-key") { Description = "PEM file of its key." };
    private readonly Option<string[]> _proxy = new("--proxy-address") { Description = "Address of a proxy that signs people in and whose word is taken. May be given several times." };
    private readonly Option<string?> _user = new("--proxy-user-header") { Description = "The header in which it says who it is, e.g. X-Auth-Request-Email." };
    private readonly Option<string?> _groups = new("--proxy-groups-header") { Description = "The header in which it says the groups, e.g. X-Auth-Request-Groups." };
    private readonly Option<string[]> _roles = new("--proxy-role") { Description = "The role of a group's members: GROUP=ROLE, the first that fits. May be given several times." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_always, _certificate, _key, _proxy, _user, _groups, _roles];

    /// <summary>How people are known.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public AccessRules Rules(ParseResult parsed) => new()
    {
        SharedToken = Environment.GetEnvironmentVariable(AdminServer.TokenVariable) is { Length: > 0 } given ? given : null,
        Always = parsed.GetValue(_always),
        Proxy = Proxy(parsed),
    };

    /// <summary>The certificate; null for plain text.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public TlsFiles? Tls(ParseResult parsed, TimeProvider time, ILogger logger) => (parsed.GetValue(_certificate), parsed.GetValue(_key)) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => TlsFiles.Open(certificate, key, time, logger),
        _ => throw new FormatException($"{_certificate.Name} and {_key.Name}: found one of them; wanted both"),
    };

    private TrustedProxy? Proxy(ParseResult parsed)
    {
        var (addresses, user, groups, roles) = (parsed.GetValue(_proxy) ?? [], parsed.GetValue(_user), parsed.GetValue(_groups), parsed.GetValue(_roles) ?? []);
        if (addresses.Length == 0 && user is null && roles.Length == 0 && groups is null)
        {
            return null;
        }

        return addresses.Length > 0 && user is not null && roles.Length > 0 && groups is not null
            ? new([.. addresses.Select(Address)], user, groups, [.. roles.Select(Role)])
            : throw new FormatException($"a proxy that signs people in needs all of {_proxy.Name}, {_user.Name}, {_groups.Name} and {_roles.Name}");
    }

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"--proxy-address {text}: wanted is an IP address");

    private static (string Group, Role Role) Role(string text) =>
        text.Split('=') is [{ Length: > 0 } group, { Length: > 0 } name] && Enum.TryParse<Role>(name, ignoreCase: true, out var role) && Enum.IsDefined(role) && !int.TryParse(name, out _)
            ? (group, role)
            : throw new FormatException($"--proxy-role {text}: wanted is GROUP=ROLE, with one of {string.Join(", ", Enum.GetNames<Role>().Select(r => r.ToLowerInvariant()))}");
}
