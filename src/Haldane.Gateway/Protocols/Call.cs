using Haldane.Core.Specification;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Protocols;

/// <summary>What a request asks a version for.</summary>
internal enum Call
{
    /// <summary>No inference: metadata, health and the like.</summary>
    Other,

    /// <summary>A prediction, or anything at all of plain HTTP.</summary>
    Predict,

    /// <summary>OpenAI's chat completions, and its older completions.</summary>
    Chat,

    /// <summary>OpenAI's responses.</summary>
    Response,

    /// <summary>Anthropic's messages.</summary>
    Message,

    /// <summary>Ollama's chat and generate.</summary>
    Generate,

    /// <summary>Vectors for texts.</summary>
    Embed,
}

/// <summary>Tells calls apart by their paths.</summary>
internal static class Calls
{
    /// <summary>Whether its answer is generated, token by token.</summary>
    public static bool IsText(this Call call) => call is Call.Chat or Call.Response or Call.Message or Call.Generate;

    /// <summary>What a request asks for.</summary>
    public static Call Of<TFields>(scoped in TFields fields, Protocol protocol)
        where TFields : IRequestFields, allows ref struct
    {
        if (protocol == Protocol.Http)
        {
            return Call.Predict;
        }

        return fields.IsPost ? Of(WithoutSlash(fields.Path), protocol) : Call.Other;
    }

    /// <summary>A path as it is compared: many servers take one with a slash at its end for the same.</summary>
    public static ReadOnlySpan<byte> WithoutSlash(ReadOnlySpan<byte> path) => path is [.. var rest, (byte)'/'] ? rest : path;

    private static Call Of(ReadOnlySpan<byte> path, Protocol protocol) => protocol switch
    {
        Protocol.OpenInference => Predict(path.EndsWith("/infer"u8) || path.EndsWith("/ModelInfer"u8) || path.EndsWith("/generate"u8) || path.EndsWith("/generate_stream"u8)),
        Protocol.TensorFlowServing => Predict(path.EndsWith(":predict"u8) || path.EndsWith(":classify"u8) || path.EndsWith(":regress"u8)),
        Protocol.TorchServe => Predict(path.IndexOf("/predictions/"u8) >= 0 || path.EndsWith(":predict"u8)),
        Protocol.MLflow => Predict(path.EndsWith("/invocations"u8)),
        Protocol.Seldon => Predict(path.EndsWith("/predictions"u8)),
        Protocol.OpenAi => OpenAi(path),
        Protocol.Anthropic => path.EndsWith("/messages"u8) ? Call.Message : Call.Other,
        Protocol.Ollama => path.EndsWith("/api/chat"u8) || path.EndsWith("/api/generate"u8) ? Call.Generate
            : path.EndsWith("/api/embed"u8) ? Call.Embed

            // It speaks OpenAI's as well, and its own older name for vectors ends as theirs does.
            : OpenAi(path),
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };

    private static Call OpenAi(ReadOnlySpan<byte> path) => path.EndsWith("/completions"u8) ? Call.Chat
        : path.EndsWith("/responses"u8) ? Call.Response
        : path.EndsWith("/embeddings"u8) ? Call.Embed : Call.Other;

    private static Call Predict(bool isIt) => isIt ? Call.Predict : Call.Other;
}
