using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Tests.Http1;

/// <summary>Reads messages as plainly as can be, by regular expressions over whole texts: what the fast readers must agree with.</summary>
internal static partial class PlainReader
{
    private const int Patience = 10_000;

    /// <summary>What a request says; null fields while it is not whole or is refused.</summary>
    internal sealed record Request(string Method, string Target, IReadOnlyList<(string Name, string Value)> Fields, long Length, bool Chunked, bool KeepsAlive, int Consumed);

    /// <summary>A request's head, "more" or "bad".</summary>
    public static (Request? Head, string State) ReadRequest(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = end < 0 ? text : text[..(end + 2)];
        if (BareLineFeed().IsMatch(lines) || (end < 0 ? text.Length > 32 * 1024 : end > 32 * 1024))
        {
            return (null, "bad");
        }

        if (end < 0)
        {
            return (null, "more");
        }

        string[] split = text[..end].Split("\r\n");
        if (RequestLine().Match(split[0]) is not { Success: true } line || line.Groups["target"].Length > 8 * 1024 || split.Length > 101)
        {
            return (null, "bad");
        }

        var fields = new List<(string Name, string Value)>();
        foreach (var one in split[1..])
        {
            if (Field().Match(one) is not { Success: true } field)
            {
                return (null, "bad");
            }

            fields.Add((field.Groups["name"].Value, field.Groups["value"].Value.Trim(' ', '\t')));
        }

        string[] All(string name) => [.. fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value)];
        string[] hosts = All("Host"), lengths = All("Content-Length"), codings = All("Transfer-Encoding"), expects = All("Expect");
        var old = line.Groups["version"].Value == "1.0";
        string[] options = [.. All("Connection").SelectMany(v => v.Split(',')).Select(o => o.Trim(' ', '\t').ToLowerInvariant())];
        if (hosts.Length > 1 || (hosts.Length == 0 && !old) || hosts.Any(h => !Host().IsMatch(h))
            || lengths.Length > 1 || lengths.Any(l => !Digits().IsMatch(l))
            || codings.Length > 1 || codings.Any(c => !c.Equals("chunked", StringComparison.OrdinalIgnoreCase)) || (codings.Length > 0 && (old || lengths.Length > 0))
            || expects.Any(e => !e.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
            || TargetOf(line.Groups["method"].Value, line.Groups["target"].Value, hosts.FirstOrDefault() ?? "") is not { } target)
        {
            return (null, "bad");
        }

        var alive = !options.Contains("close") && (!old || options.Contains("keep-alive"));
        return (new(line.Groups["method"].Value, target, fields, lengths.Length == 0 ? -1 : long.Parse(lengths[0], CultureInfo.InvariantCulture), codings.Length > 0, alive, end + 4), "whole");
    }

    /// <summary>A chunked body: content, "whole", "more" or "bad", and how much of the input it took.</summary>
    public static (string Content, string State, int Consumed) ReadChunks(byte[] bytes)
    {
        var (text, content) = (new Text(Encoding.Latin1.GetString(bytes)), new StringBuilder());
        try
        {
            while (ReadSize(text) is > 0 and var length)
            {
                for (var i = 0L; i < length; i++)
                {
                    content.Append(text.Next());
                }

                text.Want('\r');
                text.Want('\n');
            }

            var trailers = new List<string>();
            while (ReadLine(text) is { Length: > 0 } line)
            {
                trailers.Add(line);
            }

            return (content.ToString(), trailers.Count > FieldTable.Most || trailers.Any(t => !Field().IsMatch(t) || FramingTrailer().IsMatch(t)) ? "bad" : "whole", text.At);
        }
        catch (FormatException)
        {
            return (content.ToString(), "bad", 0);
        }
        catch (EndOfStreamException)
        {
            return (content.ToString(), "more", 0);
        }
    }

    private static long ReadSize(Text text)
    {
        var digits = text.While(char.IsAsciiHexDigit, 15);
        if (digits.Length == 0)
        {
            throw new FormatException();
        }

        while (text.Peek() != '\r')
        {
            text.While(IsBlank);
            text.Want(';');
            text.While(IsBlank);
            text.Some(IsToken);
            var at = text.At;
            text.While(IsBlank);
            if (text.Peek() == '=')
            {
                text.Next();
                text.While(IsBlank);
                ReadValue(text);
            }
            else if (text.At > at && text.Peek() != ';')
            {
                throw new FormatException();
            }
        }

        text.Next();
        text.Want('\n');
        return long.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static void ReadValue(Text text)
    {
        if (text.Peek() != '"')
        {
            text.Some(IsToken);
            return;
        }

        text.Next();
        while (text.Next(IsText) is var c && c != '"')
        {
            if (c == '\\')
            {
                text.Next(IsText);
            }
        }
    }

    private static string ReadLine(Text text)
    {
        var line = text.While(c => c != '\n');
        text.Next();
        return line.EndsWith('\r') ? line[..^1] : throw new FormatException();
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static bool IsText(char c) => c is '\t' or (>= ' ' and <= '~') or >= '\x80';

    /// <summary>A text that is read from left to right; past its end there may be more.</summary>
    private sealed class Text(string all)
    {
        public int At { get; private set; }

        public char Peek() => At < all.Length ? all[At] : throw new EndOfStreamException();

        public char Next(Func<char, bool>? wanted = null)
        {
            var c = Peek();
            At++;
            return wanted?.Invoke(c) == false ? throw new FormatException() : c;
        }

        public void Want(char wanted) => Next(c => c == wanted);

        public string While(Func<char, bool> wanted, int most = int.MaxValue)
        {
            var start = At;
            while (wanted(Peek()))
            {
                At++;
                if (At - start > most)
                {
                    throw new FormatException();
                }
            }

            return all[start..At];
        }

        public void Some(Func<char, bool> wanted)
        {
            if (While(wanted).Length == 0)
            {
                throw new FormatException();
            }
        }
    }

    private static string? TargetOf(string method, string target, string host)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        if (target == "*")
        {
            return method == "OPTIONS" ? target : null;
        }

        if (method == "CONNECT")
        {
            return target.Equals(host, StringComparison.OrdinalIgnoreCase) ? target : null;
        }

        return Absolute().Match(target) is { Success: true } match && match.Groups["host"].Value.Equals(host, StringComparison.OrdinalIgnoreCase)
            && (match.Groups["rest"].Value is "" || match.Groups["rest"].Value[0] == '/')
                ? match.Groups["rest"].Value is "" ? "/" : match.Groups["rest"].Value
                : null;
    }

    [GeneratedRegex("(?<!\r)\n", RegexOptions.None, Patience)]
    private static partial Regex BareLineFeed();

    [GeneratedRegex(@"\A(?<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+) (?<target>[!""$-~]+) HTTP/(?<version>1\.[01])\z", RegexOptions.None, Patience)]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\A(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):(?<value>[\t\x20-\x7e\x80-\xff]*)\z", RegexOptions.None, Patience)]
    private static partial Regex Field();

    [GeneratedRegex(@"\A[-._~%!$&'()*+,;=:\[\]0-9A-Za-z]*\z", RegexOptions.None, Patience)]
    private static partial Regex Host();

    [GeneratedRegex(@"\A[0-9]{1,18}\z", RegexOptions.None, Patience)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\Ahttps?://(?<host>[^/?]*)(?<rest>.*)\z", RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Absolute();

    [GeneratedRegex(@"\A(?:host|content-length|transfer-encoding):", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex FramingTrailer();
}
