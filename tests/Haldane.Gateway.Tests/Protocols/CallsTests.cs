using Haldane.Core.Specification;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Tests.Overrides;

namespace Haldane.Gateway.Tests.Protocols;

/// <summary>What a request asks for, by the table of docs/specification.md.</summary>
public sealed class CallsTests
{
    [Theory]
    [InlineData(Protocol.Http, "/anything", nameof(Call.Predict))]
    [InlineData(Protocol.OpenInference, "/v2/models/fraud/infer", nameof(Call.Predict))]
    [InlineData(Protocol.OpenInference, "/inference.GRPCInferenceService/ModelInfer", nameof(Call.Predict))]
    [InlineData(Protocol.OpenInference, "/v2/models/fraud/ready", nameof(Call.Other))]
    [InlineData(Protocol.TensorFlowServing, "/v1/models/fraud:regress", nameof(Call.Predict))]
    [InlineData(Protocol.TensorFlowServing, "/v1/models/fraud/metadata", nameof(Call.Other))]
    [InlineData(Protocol.TorchServe, "/predictions/fraud/2.0", nameof(Call.Predict))]
    [InlineData(Protocol.MLflow, "/invocations", nameof(Call.Predict))]
    [InlineData(Protocol.Seldon, "/api/v1.0/predictions", nameof(Call.Predict))]
    [InlineData(Protocol.OpenAi, "/v1/chat/completions", nameof(Call.Chat))]
    [InlineData(Protocol.OpenAi, "/v1/completions/", nameof(Call.Chat))]
    [InlineData(Protocol.OpenAi, "/v1/responses", nameof(Call.Response))]
    [InlineData(Protocol.OpenAi, "/v1/responses/resp_1/cancel", nameof(Call.Other))]
    [InlineData(Protocol.OpenAi, "/v1/embeddings", nameof(Call.Embed))]
    [InlineData(Protocol.Anthropic, "/v1/messages", nameof(Call.Message))]
    [InlineData(Protocol.Anthropic, "/v1/messages/count_tokens", nameof(Call.Other))]
    [InlineData(Protocol.Ollama, "/api/chat", nameof(Call.Generate))]
    [InlineData(Protocol.Ollama, "/api/generate", nameof(Call.Generate))]
    [InlineData(Protocol.Ollama, "/api/embed", nameof(Call.Embed))]
    [InlineData(Protocol.Ollama, "/api/embeddings", nameof(Call.Embed))]
    [InlineData(Protocol.Ollama, "/v1/chat/completions", nameof(Call.Chat))]
    [InlineData(Protocol.Ollama, "/v1/responses", nameof(Call.Response))]
    [InlineData(Protocol.Ollama, "/api/pull", nameof(Call.Other))]
    public void A_call_is_told_by_its_path(Protocol protocol, string path, string call) => Assert.Equal(call, Calls.Of(new Editing.Post(path), protocol).ToString());
}
