using Haldane.Core.Specification;

namespace Haldane.Core.Evidence;

/// <summary>What the gateway itself sees happen to exchanges, beside errors. A specification cannot give these names to events of its own.</summary>
public static class GatewayEvents
{
    /// <summary>The version refused the request: any answer from 400 to 499.</summary>
    public const string Refused = "refused";

    /// <summary>The version answered well, but with nothing: no body, or neither text nor a tool call.</summary>
    public const string Empty = "empty";

    /// <summary>The model declined to answer, and said so where its protocol has a place for it; or its answer was withheld by a filter.</summary>
    public const string ModelRefusal = "model-refusal";

    /// <summary>The text ended because it was as long as it may be.</summary>
    public const string Truncated = "truncated";

    /// <summary>The caller asked for JSON, and the text is none.</summary>
    public const string InvalidJson = "invalid-json";

    /// <summary>The caller gave a JSON schema, and the text does not fit it.</summary>
    public const string InvalidSchema = "invalid-schema";

    /// <summary>The model called a tool that there is not, or with arguments that do not fit its parameters.</summary>
    public const string InvalidToolCall = "invalid-tool-call";

    /// <summary>All of them, in the order of their indices.</summary>
    public static readonly ValueList<string> All = [Refused, Empty, ModelRefusal, Truncated, InvalidJson, InvalidSchema, InvalidToolCall];

    private static readonly ValueList<string> OfAnyProtocol = [Refused, Empty];

    /// <summary>The events that the gateway can see where a protocol is spoken.</summary>
    public static ValueList<string> ToldBy(Protocol protocol) => protocol.GeneratesText() ? All : OfAnyProtocol;
}

/// <summary>Numbers that the gateway itself reads of answers, where the model's specification declares a value of that name.</summary>
public static class GatewayValues
{
    /// <summary>Tokens of the request.</summary>
    public const string InputTokens = "input-tokens";

    /// <summary>Tokens of the answer.</summary>
    public const string OutputTokens = "output-tokens";

    /// <summary>Characters of the answer's text and of the arguments of its tool calls.</summary>
    public const string OutputLength = "output-length";

    /// <summary>Milliseconds for each token after the first.</summary>
    public const string TimePerToken = "time-per-token";

    /// <summary>What the tokens cost by the version's price, in its currency.</summary>
    public const string Cost = "cost";

    /// <summary>Predictions in an answer.</summary>
    public const string BatchSize = "batch-size";

    /// <summary>All of them, in the order of their indices.</summary>
    public static readonly ValueList<string> All = [InputTokens, OutputTokens, OutputLength, TimePerToken, Cost, BatchSize];

    /// <summary>Whether the gateway reads a value where a protocol is spoken; feedback cannot bring it there.</summary>
    public static bool IsRead(string name, Protocol protocol) => name == BatchSize ? protocol.HasPlaceOfPredictions() : protocol.GeneratesText() && All.Contains(name);
}
