using Haldane.Core.Access;

namespace Haldane.Core.Ports;

/// <summary>Who may use the admin port: makes, lists and revokes tokens.</summary>
/// <remarks>Any thread. Reading never waits for the store.</remarks>
public interface ITokenDesk
{
    /// <summary>All tokens that were not revoked, expired ones too.</summary>
    IReadOnlyList<TokenView> Tokens { get; }

    /// <summary>Who holds a secret; null when nobody does, or no longer.</summary>
    Person? Find(string secret);

    /// <summary>Makes a token.</summary>
    /// <returns>Its secret, which cannot be had again; or why it was not made.</returns>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    Task<(string? Secret, CommandOutcome Outcome)> MakeAsync(TokenOrder order, Person by, CancellationToken cancel);

    /// <summary>Revokes a token by its id.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    Task<CommandOutcome> RevokeAsync(string id, Person by, string? why, CancellationToken cancel);
}

/// <summary>A token that is to be made.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Models">The models that it is for; empty for all.</param>
/// <param name="Groups">What its owner belongs to.</param>
/// <param name="Expires">When it ends; null when it does not.</param>
/// <param name="Why">Why; null when nobody said.</param>
public sealed record TokenOrder(string Name, Role Role, ValueList<string> Models, ValueList<string> Groups, DateTimeOffset? Expires, string? Why);

/// <summary>A token as people see it.</summary>
/// <param name="Id">The part of it that is no secret.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Models">The models that it is for; empty for all.</param>
/// <param name="Groups">What its owner belongs to.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="MadeBy">By whom.</param>
/// <param name="Expires">When it ends; null when it does not.</param>
/// <param name="HasExpired">Whether it has ended.</param>
public sealed record TokenView(
    string Id, string Name, Role Role, ValueList<string> Models, ValueList<string> Groups, DateTimeOffset MadeAt, string MadeBy, DateTimeOffset? Expires, bool HasExpired);
