namespace Haldane.Core.Access;

/// <summary>Names of people, programs, groups and of what people order.</summary>
public static class AccessNames
{
    private const int Longest = 100;

    private static readonly HashSet<string> Ours = new(["alert", "gateway", "judge", "specification"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a name is.</summary>
    public const string Wanted = "a name of 1 to 100 letters and digits of ASCII, dots, dashes, underscores, +, / and @, beginning with a letter, a digit or /";

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? WhyNot(string? name) =>
        name is { Length: > 0 and <= Longest } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '@' or '+' or '/') && (char.IsAsciiLetterOrDigit(name[0]) || name[0] == '/')
            ? null
            : $"wanted is {Wanted}";

    /// <summary>Whether a name stands for Haldane itself in the ledger.</summary>
    public static bool IsOurs(string name) => Ours.Contains(name.Trim());
}
