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

/// <summary>Tells where a call has its system prompt.</summary>
internal static class CallKinds
{
    public static CallKind Of<TFields>(Protocol protocol, scoped in TFields fields)
        where TFields : IRequestFields, allows ref struct => Calls.Of(fields, protocol) switch
        {
            Call.Predict => CallKind.Plain,
            Call.Chat => Ends(fields, "/chat/completions"u8) ? CallKind.Messages : CallKind.Plain,
            Call.Response => CallKind.Instructions,
            Call.Message => CallKind.System,
            Call.Generate => Ends(fields, "/api/chat"u8) ? CallKind.Messages : CallKind.System,
            _ => CallKind.Other,
        };

    private static bool Ends<TFields>(scoped in TFields fields, ReadOnlySpan<byte> with)
        where TFields : IRequestFields, allows ref struct => Calls.WithoutSlash(fields.Path).EndsWith(with);
}
