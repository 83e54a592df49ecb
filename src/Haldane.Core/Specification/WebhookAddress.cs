namespace Haldane.Core.Specification;

/// <summary>Which addresses messages are sent to: of the specification and of secrets alike.</summary>
public static class WebhookAddress
{
    /// <summary>Characters at most.</summary>
    public const int Longest = 2_048;

    /// <summary>What is wrong with an address, without repeating it; null when nothing is.</summary>
    public static string? WhyNot(string text) => text switch
    {
        { Length: > Longest } => $"of more than {Longest:N0} characters",
        _ when text.Any(static c => c is <= ' ' or > '~') => "with blanks or characters beyond ASCII",
        _ when !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 => "that is not http or https",
        _ when new Uri(text).UserInfo.Length > 0 => "with a user or a password",
        _ when text.Contains('#', StringComparison.Ordinal) => "with a fragment",
        _ => null,
    };
}
