using System.Net;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;

namespace Haldane.Console.Tests.Access;

/// <summary>The word of a proxy that signs people in.</summary>
public sealed class ProxyTests
{
    private const string Models = "/api/v1/models";

    private static readonly TrustedProxy Ours = new([IPAddress.Loopback], "X-User", "X-Groups", [("ml-admins", Role.Admin), ("ml-ops", Role.Operator), ("staff", Role.Viewer)]);

    [Theory]
    [InlineData("ada", "staff", "viewer")]
    [InlineData("ada", "staff, ml-ops", "operator")]
    [InlineData("ada@example.org", "ml-admins,staff", "admin")]
    public async Task Who_it_has_signed_in_comes_in_with_the_role_of_the_group(string user, string groups, string role)
    {
        await using var admin = await Admin.StartAsync(new AccessRules { Proxy = Ours });

        var session = (await admin.GetAsync("/api/v1/session", ("X-User", user), ("X-Groups", groups))).Json;

        Assert.Equal((user, role, true), (session.GetProperty("name").GetString(), session.GetProperty("role").GetString(), session.GetProperty("proven").GetBoolean()));
    }

    [Theory]
    [InlineData("", "staff")]
    [InlineData("ada", "")]
    [InlineData("ada", "guests")]
    [InlineData("ada", "STAFF")]
    [InlineData("judge", "staff")]
    public async Task Nobody_else_does(string user, string groups)
    {
        await using var admin = await Admin.StartAsync(new AccessRules { Proxy = Ours });

        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync(Models, ("X-User", user), ("X-Groups", groups))).Status);
    }

    [Fact]
    public async Task Two_names_are_nobodys()
    {
        await using var admin = await Admin.StartAsync(new AccessRules { Proxy = Ours });

        Assert.StartsWith("HTTP/1.1 401", await admin.RawAsync($"GET {Models} HTTP/1.1", "Host: localhost", "X-User: ada", "X-User: eve", "X-Groups: staff"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_that_come_twice_are_nobodys()
    {
        await using var admin = await Admin.StartAsync(new AccessRules { Proxy = Ours });

        Assert.StartsWith("HTTP/1.1 401", await admin.RawAsync($"GET {Models} HTTP/1.1", "Host: localhost", "X-User: ada", "X-Groups: staff", "X-Groups: ml-admins"), StringComparison.Ordinal);
    }

    // Whoever has a network of the new protocol chooses the last bytes of his addresses: they must not pass for one of the old.
    [Theory]
    [InlineData("10.0.0.2", true)]
    [InlineData("::ffff:10.0.0.2", true)]
    [InlineData("2001:db8::a00:2", false)]
    [InlineData("::a00:2", false)]
    [InlineData("10.0.0.3", false)]
    public void Its_address_is_compared_whole(string from, bool isIts)
    {
        Assert.Equal(isIts, (Ours with { Addresses = [IPAddress.Parse("10.0.0.2")] }).Sends(IPAddress.Parse(from)));
        Assert.Equal(isIts, (Ours with { Addresses = [IPAddress.Parse("::ffff:10.0.0.2")] }).Sends(IPAddress.Parse(from)));
    }

    [Fact]
    public async Task Its_word_is_taken_from_its_own_address_only()
    {
        await using var admin = await Admin.StartAsync(new AccessRules { Proxy = Ours with { Addresses = [IPAddress.Parse("10.0.0.2")] } });

        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync(Models, ("X-User", "ada"), ("X-Groups", "ml-admins"))).Status);
    }

    [Fact]
    public async Task Without_a_proxy_its_headers_say_nothing()
    {
        var tokens = new FakeTokens();
        tokens.Add("root", Role.Admin);
        await using var admin = await Admin.StartAsync(new AccessRules { Always = true }, tokens);

        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync(Models, ("X-User", "ada"), ("X-Groups", "ml-admins"))).Status);
    }
}
