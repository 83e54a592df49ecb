using Haldane.Gateway.Overrides;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Http1;

/// <summary>What a caller is told who gets no version's answer.</summary>
/// <param name="Status">The status.</param>
/// <param name="Why">For the one who asked; no secret and no byte of theirs.</param>
/// <param name="MayGoOn">Whether the connection can serve another request.</param>
internal readonly record struct Refusal(int Status, string Why, bool MayGoOn)
{
    /// <summary>From how the exchange ended.</summary>
    /// <param name="outcome">Neither answered nor erred.</param>
    /// <param name="body">How the sending of the request's body ended.</param>
    /// <param name="isPacked">Whether the request could not be changed for the version because its body is packed.</param>
    /// <param name="isLate">Whether the version took longer than it may.</param>
    public static Refusal Of(Outcome outcome, BodyEnd body, bool isPacked, bool isLate) => (outcome, body) switch
    {
        (Outcome.Abandoned, BodyEnd.Malformed) => new(StatusCodes.Status400BadRequest, "the request's body is malformed", false),
        (Outcome.Abandoned, BodyEnd.TooLarge) => new(StatusCodes.Status413PayloadTooLarge, "the request is too large", false),
        (Outcome.Abandoned, _) => new(StatusCodes.Status408RequestTimeout, "the request did not come in time", false),
        (Outcome.Unfit, _) when isPacked => new(StatusCodes.Status415UnsupportedMediaType, Refusals.Packed, true),
        (Outcome.Unfit, _) => new(StatusCodes.Status400BadRequest, Refusals.Unfit, true),
        (Outcome.Overloaded, _) => new(StatusCodes.Status503ServiceUnavailable, "the gateway has no room for this request", true),
        _ when isLate => new(StatusCodes.Status504GatewayTimeout, "the model did not answer in time", true),
        _ => new(StatusCodes.Status502BadGateway, "the model could not be reached", true),
    };
}
