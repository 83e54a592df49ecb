using Haldane.Control.Access;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Access;

public sealed class TokenDeskTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Person Admin = new("root") { Role = Role.Admin };

    private readonly Disk _disk = new();
    private readonly HandTime _time = new();

    [Fact]
    public async Task A_token_is_known_until_it_is_revoked_also_after_a_restart()
    {
        using var desk = await OpenAsync();
        var (secret, _) = await desk.MakeAsync(Order("ada"), Admin, None);
        using var next = await OpenAsync();

        var known = next.Find(secret!);
        await next.RevokeAsync(AccessToken.IdOf(secret!)!, Admin, "gone", None);
        using var last = await OpenAsync();

        Assert.Equal(("ada", Role.Operator, true), (known!.Name, known.Role, known.IsProven));
        Assert.Null(next.Find(secret!));
        Assert.Null(last.Find(secret!));
        Assert.Equal([("set", "root", "a token of ada"), ("removed", "root", "gone")], _disk.Entries.Select(e => (e.Kind, e.By, e.Why)));
    }

    [Fact]
    public async Task The_secret_is_kept_nowhere()
    {
        using var desk = await OpenAsync();
        var (secret, outcome) = await desk.MakeAsync(Order("ada"), Admin, None);

        Assert.DoesNotContain(secret![17..], string.Concat(_disk.Ledger.Select(r => r.Body)) + outcome.Message + string.Concat(desk.Tokens), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_ends_when_it_was_said_to()
    {
        using var desk = await OpenAsync();
        var (secret, _) = await desk.MakeAsync(Order("ada") with { Expires = _time.GetUtcNow().AddMinutes(1) }, Admin, None);

        var before = desk.Find(secret!);
        _time.Pass(TimeSpan.FromMinutes(1));

        Assert.NotNull(before);
        Assert.Null(desk.Find(secret!));
        Assert.True(Assert.Single(desk.Tokens).HasExpired);
    }

    [Fact]
    public async Task Other_secrets_are_nobodys()
    {
        using var desk = await OpenAsync();
        var (secret, _) = await desk.MakeAsync(Order("ada"), Admin, None);

        Assert.All(["", "x", secret![..^1], secret + "x", secret[..^1] + (secret[^1] == 'A' ? 'B' : 'A'), secret.ToUpperInvariant()], wrong => Assert.Null(desk.Find(wrong)));
    }

    [Theory]
    [InlineData("Ada", "there is a token of ada already: write the name in the same way")]
    [InlineData("ada", null)]
    public async Task One_name_is_one_person(string name, string? refusal)
    {
        using var desk = await OpenAsync();
        await desk.MakeAsync(Order("ada"), Admin, None);

        var (secret, outcome) = await desk.MakeAsync(Order(name), Admin, None);

        Assert.Equal(refusal is null, secret is not null);
        Assert.Equal(refusal ?? outcome.Message, outcome.Message);
    }

    [Fact]
    public async Task Models_that_are_not_there_and_ends_that_are_past_are_refused()
    {
        using var desk = await TokenDesk.RecoverAsync(m => m == "fraud", new MemoryStore(_disk, new()), _time, None);

        Assert.Equal("there is no model frud", (await desk.MakeAsync(Order("ada") with { Models = ["frud"] }, Admin, None)).Outcome.Message);
        Assert.Contains("would have ended", (await desk.MakeAsync(Order("ada") with { Expires = _time.GetUtcNow() }, Admin, None)).Outcome.Message, StringComparison.Ordinal);
        Assert.Equal(CommandOutcomeKind.NotFound, (await desk.RevokeAsync("nothing", Admin, null, None)).Kind);
        Assert.Empty(_disk.Ledger);
    }

    [Fact]
    public async Task A_token_that_was_not_recorded_opens_nothing()
    {
        var store = new MemoryStore(_disk, new()) { IsDown = (_, name) => name.StartsWith("record", StringComparison.Ordinal) };
        using var desk = await TokenDesk.RecoverAsync(null, store, _time, None);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => desk.MakeAsync(Order("ada"), Admin, None));

        Assert.Empty(desk.Tokens);
    }

    private static TokenOrder Order(string name) => new(name, Role.Operator, [], [], null, null);

    private Task<TokenDesk> OpenAsync() => TokenDesk.RecoverAsync(null, new MemoryStore(_disk, new()), _time, None);
}
