using System.Security.Cryptography;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Tokens in memory.</summary>
internal sealed class FakeTokens : ITokenDesk
{
    private readonly List<AccessToken> _tokens = [];

    public IReadOnlyList<TokenView> Tokens => [.. _tokens.Select(t => new TokenView(t.Id, t.Name, t.Role, t.Models, t.Groups, t.MadeAt, t.MadeBy, t.Expires, false))];

    public Exception? Failure { get; set; }

    public string Add(string name, Role role, ValueList<string>? models = null, DateTimeOffset? expires = null)
    {
        var (secret, id, hash) = AccessToken.Make(RandomNumberGenerator.GetBytes(AccessToken.Chance));
        _tokens.Add(new(id, name, role, hash, Views.Noon, "test") { Models = models ?? [], Expires = expires });
        return secret;
    }

    public void Clear() => _tokens.Clear();

    public Person? Find(string secret) => _tokens.Find(t => t.Is(secret))?.Owner;

    public Task<(string? Secret, CommandOutcome Outcome)> MakeAsync(TokenOrder order, Person by, CancellationToken cancel) => Failure is { } failure
        ? Task.FromException<(string?, CommandOutcome)>(failure)
        : Task.FromResult<(string?, CommandOutcome)>((Add(order.Name, order.Role, order.Models, order.Expires), new(CommandOutcomeKind.Done, $"made for {order.Name} by {by.Name}")));

    public Task<CommandOutcome> RevokeAsync(string id, Person by, string? why, CancellationToken cancel) =>
        Task.FromResult<CommandOutcome>(_tokens.RemoveAll(t => t.Id == id) > 0 ? new(CommandOutcomeKind.Done, $"{id} is revoked by {by.Name}") : new(CommandOutcomeKind.NotFound, $"there is no token {id}"));
}

/// <summary>A clock that a test moves.</summary>
internal sealed class HandTime : TimeProvider
{
    private DateTimeOffset _now = Views.Noon;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public void Pass(TimeSpan time) => _now += time;
}
