using System.Text;

namespace Haldane.Console.Dashboard.Wording;

/// <summary>Makes ids of names that people have given.</summary>
public static class Ids
{
    /// <summary>An id that CSS reads without quoting; different names have different ids.</summary>
    public static string Of(string name)
    {
        var id = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            _ = char.IsAsciiLetterOrDigit(c) || c == '-' ? id.Append(c) : id.Append('_').Append(((int)c).ToString("x")).Append('_');
        }

        return id.ToString();
    }
}
