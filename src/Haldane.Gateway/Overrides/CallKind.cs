using System.Text;
using Haldane.Core.Specification;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Overrides;

/// <summary>What a request is, as far as its body can be overridden.</summary>
internal enum CallKind
{
    /// <summary>No inference call: its body is nobody's business.</summary>
    Other,

    /// <summary>An inference call without a place for a system prompt.</summary>
    Plain,

    /// <summary>One with a list of messages, the system prompt among them.</summary>
    Messages,

    /// <summary>One with the system prompt in <c>instructions</c>.</summary>
    Instructions,

    /// <summary>One with the system prompt in <c>system</c>.</summary>
    System,
}

/// <summary>Tells the kind of a request by the model's protocol, its method and the end of its path.</summary>
internal static class CallKinds
{
    private static readonly (byte[] End, CallKind Kind)[] OpenAi =
        Ends(("/chat/completions", CallKind.Messages), ("/completions", CallKind.Plain), ("/responses", CallKind.Instructions));

    private static readonly (byte[] End, CallKind Kind)[] Anthropic = Ends(("/messages", CallKind.System));

    private static readonly (byte[] End, CallKind Kind)[] Ollama =
        [.. Ends(("/api/chat", CallKind.Messages), ("/api/generate", CallKind.System)), .. OpenAi];

    public static CallKind Of<TFields>(Protocol protocol, scoped in TFields fields)
        where TFields : IRequestFields, allows ref struct
    {
        var known = protocol switch
        {
            Protocol.OpenAi => OpenAi,
            Protocol.Anthropic => Anthropic,
            Protocol.Ollama => Ollama,
            _ => null,
        };
        if (known is null)
        {
            return Calls.Of(fields, protocol) == Call.Predict ? CallKind.Plain : CallKind.Other;
        }

        if (!fields.IsPost)
        {
            return CallKind.Other;
        }

        var path = Calls.WithoutSlash(fields.Path);
        foreach (var (end, kind) in known)
        {
            if (path.EndsWith(end))
            {
                return kind;
            }
        }

        return CallKind.Other;
    }

    private static (byte[] End, CallKind Kind)[] Ends(params (string End, CallKind Kind)[] ends) => [.. ends.Select(e => (Encoding.ASCII.GetBytes(e.End), e.Kind))];
}
