using Haldane.Core.Access;

namespace Haldane.Core.Tests.Access;

public sealed class PersonTests
{
    [Theory]
    [InlineData(Role.Reporter, "Send")]
    [InlineData(Role.Viewer, "Read")]
    [InlineData(Role.Operator, "Read, Send, Operate")]
    [InlineData(Role.Approver, "Read, Operate, Approve")]
    [InlineData(Role.Admin, "Read, Send, Operate, Approve, Administer")]
    public void A_role_may_do_what_the_table_says(Role role, string expected) => Assert.Equal(expected, Roles.PermissionsOf(role).ToString());

    [Fact]
    public void A_role_that_nobody_knows_may_do_nothing() => Assert.Equal(Permissions.None, Roles.PermissionsOf((Role)99));

    [Fact]
    public void A_token_is_known_by_its_hash_and_never_kept()
    {
        var (secret, id, hash) = AccessToken.Make([.. Enumerable.Range(0, AccessToken.Chance).Select(i => (byte)i)]);
        var token = new AccessToken(id, "ada", Role.Viewer, hash, default, "test");

        Assert.Equal("hdn_000102030405_BgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU", secret);
        Assert.Equal("000102030405", AccessToken.IdOf(secret));
        Assert.True(token.Is(secret));
        Assert.DoesNotContain(secret[17..], token.ToString(), StringComparison.Ordinal);
        Assert.False(token.Is(secret[..^1]));
        Assert.False(token.Is(secret + "A"));
        Assert.False(token.Is(hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hdn_")]
    [InlineData("hdn_000102030405")]
    [InlineData("hdx_000102030405_BgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU")]
    [InlineData("hdn_000102030405-BgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU")]
    public void What_does_not_look_like_a_token_has_no_id(string text) => Assert.Null(AccessToken.IdOf(text));
}
