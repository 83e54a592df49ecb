namespace Haldane.Core.Specification;

/// <summary>How callers and versions of a model speak: which calls are inference and may be repeated, and what the gateway reads of them.</summary>
public enum Protocol
{
    /// <summary>Plain HTTP: every call counts, and only methods that RFC 9110 calls safe may be repeated.</summary>
    Http,

    /// <summary>Open Inference Protocol v2.</summary>
    OpenInference,

    /// <summary>The REST API of TensorFlow Serving, which is also version 1 of KServe's.</summary>
    TensorFlowServing,

    /// <summary>TorchServe's inference API.</summary>
    TorchServe,

    /// <summary>MLflow's scoring server.</summary>
    MLflow,

    /// <summary>Seldon's first protocol.</summary>
    Seldon,

    /// <summary>The OpenAI API: chat completions, completions, responses and embeddings.</summary>
    OpenAi,

    /// <summary>Anthropic's messages API.</summary>
    Anthropic,

    /// <summary>Ollama's own API.</summary>
    Ollama,
}

/// <summary>What is known of a protocol.</summary>
public static class Protocols
{
    /// <summary>Whether it says where predictions stand in an answer.</summary>
    public static bool HasPlaceOfPredictions(this Protocol protocol) =>
        protocol is Protocol.OpenInference or Protocol.TensorFlowServing or Protocol.TorchServe or Protocol.MLflow or Protocol.Seldon;

    /// <summary>Whether its versions generate text, token by token.</summary>
    public static bool GeneratesText(this Protocol protocol) => protocol is Protocol.OpenAi or Protocol.Anthropic or Protocol.Ollama;
}
