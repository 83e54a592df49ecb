using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Haldane.Control.Settings;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Control.Access;

/// <summary>Keeps the tokens: recorded first, then in force. Of a token only its hash is kept.</summary>
public sealed class TokenDesk : ITokenDesk, IDisposable
{
    private const int Most = 10_000;

    private readonly Func<string, bool> _isModel;
    private readonly IRolloutStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile FrozenDictionary<string, AccessToken> _tokens = FrozenDictionary<string, AccessToken>.Empty;

    private TokenDesk(Func<string, bool>? isModel, IRolloutStore store, TimeProvider time)
    {
        _isModel = isModel ?? (static _ => true);
        _store = store;
        _time = time;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenView> Tokens
    {
        get
        {
            var now = _time.GetUtcNow();
            return [.. _tokens.Values.OrderBy(t => t.MadeAt).Select(t => new TokenView(t.Id, t.Name, t.Role, t.Models, t.Groups, t.MadeAt, t.MadeBy, t.Expires, t.HasExpired(now)))];
        }
    }

    /// <summary>Takes up the tokens of a store.</summary>
    /// <param name="isModel">Whether there is a model of a name; null where nobody knows, then any may be named.</param>
    /// <param name="store">Where they are.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public static async Task<TokenDesk> RecoverAsync(Func<string, bool>? isModel, IRolloutStore store, TimeProvider time, CancellationToken cancel)
    {
        var stored = await store.SettingsAsync(Setting.Token, cancel);
        return new(isModel, store, time) { _tokens = stored.Select(s => s.Body!.Value.Deserialize(CoreJson.Default.AccessToken)!).ToFrozenDictionary(t => t.Id) };
    }

    /// <inheritdoc/>
    public Person? Find(string secret) =>
        AccessToken.IdOf(secret) is { } id && _tokens.GetValueOrDefault(id) is { } token && token.Is(secret) && !token.HasExpired(_time.GetUtcNow()) ? token.Owner : null;

    /// <inheritdoc/>
    public async Task<(string? Secret, CommandOutcome Outcome)> MakeAsync(TokenOrder order, Person by, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var now = _time.GetUtcNow();
            if (WhyNot(order, now) is { } obstacle)
            {
                return (null, new(CommandOutcomeKind.Conflict, obstacle));
            }

            var (secret, id, hash) = AccessToken.Make(RandomNumberGenerator.GetBytes(AccessToken.Chance));
            var token = new AccessToken(id, order.Name, order.Role, hash, now, by.Name) { Models = order.Models, Groups = order.Groups, Expires = order.Expires };
            var body = JsonSerializer.SerializeToElement(token, CoreJson.Default.AccessToken);
            await _store.RecordAsync(SettingEntries.Of(new(Setting.Token, id, body), by.Name, order.Why ?? $"a token of {order.Name}", now), CancellationToken.None);
            _tokens = _tokens.Values.Append(token).ToFrozenDictionary(t => t.Id);
            return (secret, new(CommandOutcomeKind.Done, $"token {id} of {order.Name} is made"));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<CommandOutcome> RevokeAsync(string id, Person by, string? why, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (_tokens.GetValueOrDefault(id) is not { } token)
            {
                return new(CommandOutcomeKind.NotFound, $"there is no token {id}");
            }

            await _store.RecordAsync(SettingEntries.Of(new(Setting.Token, id, null), by.Name, why ?? $"a token of {token.Name}", _time.GetUtcNow()), CancellationToken.None);
            _tokens = _tokens.Values.Where(t => t.Id != id).ToFrozenDictionary(t => t.Id);
            return new(CommandOutcomeKind.Done, $"token {id} of {token.Name} is revoked");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private string? WhyNot(TokenOrder order, DateTimeOffset now) => order switch
    {
        _ when AccessNames.WhyNot(order.Name) is { } unfit => $"name: {unfit}",
        _ when AccessNames.IsOurs(order.Name) => $"name: {order.Name} stands for haldane itself in the ledger",
        _ when !Enum.IsDefined(order.Role) => $"role: {order.Role} is none",
        _ when order.Groups.Concat(order.Models).Any(n => AccessNames.WhyNot(n) is not null) => $"models and groups: wanted is {AccessNames.Wanted}",
        _ when _tokens.Count >= Most => $"there are {Most:N0} tokens; revoke some",
        { Expires: { } end } when end <= now => $"the token would have ended at {end:u}",
        _ when order.Models.FirstOrDefault(m => !_isModel(m)) is { } unknown => $"there is no model {unknown}",

        // One name, one person: else four eyes could be two tokens of one who calls himself by two names, or two people one name.
        _ when _tokens.Values.FirstOrDefault(t => Person.IsSame(t.Name, order.Name) && t.Name != order.Name) is { } alike => $"there is a token of {alike.Name} already: write the name in the same way",
        _ => null,
    };
}
