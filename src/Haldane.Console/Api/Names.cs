namespace Haldane.Console.Api;

/// <summary>Names that people give to what they make by the API.</summary>
internal static class Names
{
    private const int Longest = 63;

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? WhyNot(string? name) =>
        name is { Length: > 0 and <= Longest } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '@') && char.IsAsciiLetterOrDigit(name[0])
            ? null
            : $"wanted is a name of 1 to {Longest} letters, digits, dots, dashes, underscores and @, beginning with a letter or digit";
}
