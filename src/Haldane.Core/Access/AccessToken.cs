using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Haldane.Core.Access;

/// <summary>What is kept of a token: never the token itself.</summary>
/// <param name="Id">Unique; the part of the token that is no secret.</param>
/// <param name="Name">Whose it is, as the ledger has it.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Hash">SHA-256 of the whole token, UTF-8, hex in lower case: 256 bits of chance cannot be guessed, so no slower hash is needed.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="MadeBy">By whom.</param>
public sealed record AccessToken(string Id, string Name, Role Role, string Hash, DateTimeOffset MadeAt, string MadeBy)
{
    private const string Prefix = "hdn_";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>The models that it is for; empty for all.</summary>
    public ValueList<string> Models { get; init => field = value ?? []; } = [];

    /// <summary>What its owner belongs to.</summary>
    public ValueList<string> Groups { get; init => field = value ?? []; } = [];

    /// <summary>When it ends; null when it does not.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Makes a new token.</summary>
    /// <param name="chance">32 + 6 bytes of chance.</param>
    /// <returns>The secret, which is kept nowhere, and the two things that it is known by.</returns>
    public static (string Secret, string Id, string Hash) Make(ReadOnlySpan<byte> chance)
    {
        var id = Convert.ToHexStringLower(chance[..IdBytes]);
        var secret = $"{Prefix}{id}_{Base64Url.EncodeToString(chance.Slice(IdBytes, SecretBytes))}";
        return (secret, id, HashOf(secret));
    }

    /// <summary>How many bytes of chance a token takes.</summary>
    public static int Chance => IdBytes + SecretBytes;

    /// <summary>The id in what is said to be a token; null when it does not look like one.</summary>
    public static string? IdOf(string secret) =>
        secret.Length == Prefix.Length + (IdBytes * 2) + 1 + 43 && secret.StartsWith(Prefix, StringComparison.Ordinal) && secret[Prefix.Length + (IdBytes * 2)] == '_'
            ? secret.Substring(Prefix.Length, IdBytes * 2)
            : null;

    /// <summary>The hash of a secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Whether a secret is this token. Takes the same time whatever is wrong with it.</summary>
    public bool Is(string secret) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(secret)), Encoding.ASCII.GetBytes(Hash));

    /// <summary>Who holds it.</summary>
    public Person Owner => new(Name) { Role = Role, Models = Models, Groups = Groups, IsProven = true, MadeBy = MadeBy };

    /// <summary>Whether it has ended.</summary>
    public bool HasExpired(DateTimeOffset now) => Expires <= now;
}
