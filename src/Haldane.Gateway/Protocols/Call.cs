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

        return !fields.IsPost ? Call.Other : protocol switch
        {
            Protocol.OpenInference => Predict(fields.PathEndsWith("/infer"u8) || fields.PathEndsWith("/generate"u8) || fields.PathEndsWith("/generate_stream"u8)),
            Protocol.TensorFlowServing => Predict(fields.PathEndsWith(":predict"u8) || fields.PathEndsWith(":classify"u8) || fields.PathEndsWith(":regress"u8)),
            Protocol.TorchServe => Predict(fields.PathContains("/predictions/"u8) || fields.PathEndsWith(":predict"u8)),
            Protocol.MLflow => Predict(fields.PathEndsWith("/invocations"u8)),
            Protocol.Seldon => Predict(fields.PathEndsWith("/predictions"u8)),
            Protocol.OpenAi => fields.PathEndsWith("/completions"u8) ? Call.Chat
                : fields.PathEndsWith("/responses"u8) ? Call.Response
                : fields.PathEndsWith("/embeddings"u8) ? Call.Embed : Call.Other,
            Protocol.Anthropic => fields.PathEndsWith("/messages"u8) ? Call.Message : Call.Other,
            Protocol.Ollama => fields.PathEndsWith("/api/chat"u8) || fields.PathEndsWith("/api/generate"u8) ? Call.Generate
                : fields.PathEndsWith("/api/embed"u8) || fields.PathEndsWith("/api/embeddings"u8) ? Call.Embed : Call.Other,
            _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
        };
    }

    private static Call Predict(bool isIt) => isIt ? Call.Predict : Call.Other;
}
