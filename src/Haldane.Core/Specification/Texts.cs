using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Evidence;
using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>The shapes of texts: names, header names, routes, pointers, addresses.</summary>
internal static class Texts
{
    private const string NamePattern = "^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>The name of something.</summary>
    public static readonly Shape<string> Name = Text(
        "a name of at most 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends, e.g. fraud-v2",
        NamePattern,
        static text => IsName(text) ? null : text.Length <= Yaml.Clip.Longest && IsName(Lowered(text)) ? $"write {Lowered(text)}" : "");

    /// <summary>The name of an event that feedback may tell of.</summary>
    public static readonly Shape<string> Event = Text(
        "the name of an event, e.g. conversion",
        NamePattern,
        static text => GatewayEvents.All.Contains(text) ? $"the gateway sees \"{text}\" itself, remove it" : IsName(text) ? null : "");

    /// <summary>The name of a request header: a token of RFC 9110, section 5.6.2.</summary>
    public static readonly Shape<string> Header = Text(
        "a header name, e.g. X-User-Id",
        "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
        static text => IsToken(text) ? null : text.EndsWith(':') && IsToken(text[..^1]) ? "leave out the colon" : "");

    /// <summary>The name of a cookie: a token too (RFC 6265, section 4.1.1).</summary>
    public static readonly Shape<string> Cookie = Text(
        "a cookie name, e.g. session", "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", static text => IsToken(text) ? null : "");

    /// <summary>A path, or a prefix of paths.</summary>
    public static readonly Shape<string> RoutePath = Text(
        "a path that begins with '/', e.g. /predict or /v2/models/fraud/**", "^/[^?#\\s]*$", CheckRoutePath);

    /// <summary>Where something stands in a JSON document: RFC 6901.</summary>
    public static readonly Shape<string> Pointer = Text("a JSON pointer (RFC 6901), e.g. /outputs/0/data/0", "^(/([^~/]|~[01])*)+$", CheckPointer);

    /// <summary>The name of an output tensor.</summary>
    public static readonly Shape<string> OutputName = Word("the name of an output tensor, e.g. probabilities", static text => text.Length <= 255 ? null : "shorten it");

    /// <summary>The address of a model server.</summary>
    public static readonly Shape<string> Endpoint = Text(
        "an address such as http://10.0.0.7:9001 (http, https or h2c, without a path)", "^(http|https|h2c)://[^/?#@\\s]+$", Endpoints.Check);

    /// <summary>Where the metrics of a model server are read.</summary>
    public static readonly Shape<string> MetricsAddress = Address("an address such as http://10.0.0.7:9001/metrics (http or https)");

    /// <summary>Where an evaluator is asked.</summary>
    public static readonly Shape<string> EvaluatorAddress = Address("an address such as http://10.0.0.9:8080/score (http or https)");

    /// <summary>The name of a metric of Prometheus.</summary>
    public static readonly Shape<string> Metric = Text(
        "the name of a metric, e.g. process_cpu_seconds_total",
        "^[a-zA-Z_:][a-zA-Z0-9_:]*$",
        static text => text.Length is > 0 and <= 200 && !char.IsAsciiDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':') ? null : "");

    /// <summary>The value of a label of a metric.</summary>
    public static readonly Shape<string> LabelValue = Word("the value of a label, e.g. \"0\"", static text => text.Length <= 200 ? null : "shorten it");

    /// <summary>The path and query of a request that we send ourselves.</summary>
    public static readonly Shape<string> RequestPath = Text(
        "a path that begins with '/', e.g. /health",
        "^/[!-~]*$",
        static text => text.Length is > 0 and <= 2_048 && text[0] == '/' && !text.StartsWith("//", StringComparison.Ordinal) && text.All(static c => c is > ' ' and <= '~' and not '#') ? null : "");

    /// <summary>A word of a command.</summary>
    public static readonly Shape<string> Argument = Word("a word of a command, e.g. server.py", static text => text.Length <= 4_096 ? null : "shorten it");

    /// <summary>A predicted class.</summary>
    public static readonly Shape<string> Class = Word("a class name, e.g. fraud", static _ => null);

    /// <summary>A feature that a model tells the attribution of.</summary>
    public static readonly Shape<string> Feature = Word("the name of a feature, e.g. income", static _ => null);

    /// <summary>The name of a person or a group.</summary>
    public static readonly Shape<string> Member = Text(Access.AccessNames.Wanted, "^[A-Za-z0-9/][A-Za-z0-9._@+/-]{0,99}$", static text => Access.AccessNames.WhyNot(text) is null ? null : "");

    /// <summary>Some words on one line.</summary>
    public static readonly Shape<string> Line = Word("some words on one line, at most 500 characters", static text => text.Length <= 500 ? null : "shorten it");

    /// <summary>A value that tells segments apart.</summary>
    public static readonly Shape<string> SegmentValue = Word(
        "a value of the header, e.g. MY",
        static text => text == SegmentCells.Other ? "\"other\" is reserved for all values that are not listed, remove it" : null);

    /// <summary>Words of a length, on one line or on several.</summary>
    public static ScalarShape<string> Bounded(string wanted, int longest, bool isOneLine) => new(
        wanted,
        () => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest },
        (string text, [MaybeNullWhen(false)] out string value, out string? cure) =>
        {
            value = text;
            cure = isOneLine && text.Any(char.IsControl) ? "write it on one line" : null;
            return cure is null && text.Length > 0 && text.Length <= longest;
        },
        Plain.Words);

    /// <summary>Gives null if the text is right, else what to change; empty if there is no more to say than what is wanted.</summary>
    private delegate string? Check(string text);

    private static ScalarShape<string> Address(string wanted) =>
        Text(wanted, "^https?://[^/?#@\\s]+([/?][^#\\s]*)?$", static text => WebhookAddress.WhyNot(text) is null ? null : "");

    private static ScalarShape<string> Text(string wanted, string pattern, Check check) =>
        new(wanted, () => new JsonObject { ["type"] = "string", ["pattern"] = pattern }, Parse(check), Plain.Words);

    // Classes and header values are often numbers; they are taken as they are written.
    private static ScalarShape<string> Word(string wanted, Check check) => new(
        wanted,
        () => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["minLength"] = 1 },
        Parse(text =>
            text.Length == 0 || text != text.Trim() ? "write it without spaces around it"
            : text.Any(char.IsControl) ? "write it on one line"
            : check(text)));

    private static TryParse<string> Parse(Check check) => (string text, [MaybeNullWhen(false)] out string value, out string? cure) =>
    {
        value = text;
        var problem = check(text);
        cure = problem is "" ? null : problem;
        return problem is null;
    };

    /// <summary>Whether a text is a token of RFC 9110, section 5.6.2.</summary>
    public static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    private static bool IsName(string text) =>
        text.Length is >= 1 and <= 63
        && IsNameEnd(text[0])
        && IsNameEnd(text[^1])
        && text.All(static c => IsNameEnd(c) || c is '-' or '.');

    private static bool IsNameEnd(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static string Lowered(string text) => text.ToLowerInvariant().Replace('_', '-').Replace(' ', '-');

    private static string? CheckRoutePath(string text)
    {
        var prefix = text.EndsWith("/**", StringComparison.Ordinal) ? text[..^3] : text;
        return text switch
        {
            "" => "",
            _ when text[0] != '/' => Uri.TryCreate(text, UriKind.Absolute, out _) ? "leave out the scheme and the host" : "begin it with '/'",
            _ when prefix.Contains('*') => "the only wildcard is '/**' at the end",
            _ when text.AsSpan().ContainsAny('?', '#') => "leave out the query",
            _ when text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) => "leave out the spaces",
            _ when prefix.Split('/').Any(part => Uri.UnescapeDataString(part) is "." or "..") => "write it without '.' and '..'",
            _ => null,
        };
    }

    private static string? CheckPointer(string text)
    {
        if (text.StartsWith('/'))
        {
            for (var i = text.IndexOf('~', StringComparison.Ordinal); i >= 0; i = text.IndexOf('~', i + 1))
            {
                if (i + 1 == text.Length || text[i + 1] is not ('0' or '1'))
                {
                    return "write '~' as '~0' ('/' in a name is '~1')";
                }
            }

            return null;
        }

        // $.a.b[0], a.b, a/b and #/a/b are how other tools spell it.
        var parts = text.TrimStart('$', '#').Split(['.', '/', '[', ']', '\'', '"'], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? "" : $"write {Yaml.Clip.Plain("/" + string.Join('/', parts))}";
    }
}
