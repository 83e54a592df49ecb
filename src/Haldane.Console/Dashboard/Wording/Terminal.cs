namespace Haldane.Console.Dashboard.Wording;

/// <summary>Words for a terminal.</summary>
public static class Terminal
{
    /// <summary>A name, safe to paste into a shell whatever it holds.</summary>
    public static string Quote(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && name[0] != '-' ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
