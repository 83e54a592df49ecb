using System.Globalization;
using System.Net.Http.Headers;

namespace Haldane.Gateway.Relay;

/// <summary>How an answer of gRPC ended: its status stands in the trailers, or in the head where there is nothing else; HTTP's is always 200.</summary>
internal static class GrpcStatus
{
    private const string Field = "grpc-status";
    private const string Type = "application/grpc";

    /// <summary>The caller gave up, so that nobody is to blame; not a status of HTTP.</summary>
    public const int Cancelled = 499;

    /// <summary>Whether an answer of that type is one.</summary>
    /// <remarks>Not <c>application/grpc-web</c>, whose trailers are in the body.</remarks>
    public static bool IsSpoken(string? contentType) =>
        contentType is not null && contentType.StartsWith(Type, StringComparison.OrdinalIgnoreCase) && (contentType.Length == Type.Length || contentType[Type.Length] is '+' or ';' or ' ');

    /// <summary>The HTTP status that says the same as the status in a head; null when it has none: it comes with the trailers.</summary>
    public static int? InHead(HttpResponseHeaders head) => head.NonValidated.TryGetValues(Field, out var values) ? Http(values.ToString()) : null;

    /// <summary>The HTTP status that says the same as that in the trailers. Without one the call has failed, as clients see it.</summary>
    public static int InTrailers(HttpResponseHeaders trailers) =>
        trailers.NonValidated.TryGetValues(Field, out var values) ? Http(values.ToString()) : StatusCodes.Status500InternalServerError;

    // https://grpc.github.io/grpc/core/md_doc_statuscodes.html. What the caller did wrong, and what it may not or cannot have, is no failure of the version, as 4xx is none.
    private static int Http(string status) => int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code switch
    {
        0 => StatusCodes.Status200OK,
        1 => Cancelled,
        3 or 9 or 11 => StatusCodes.Status400BadRequest,
        4 => StatusCodes.Status504GatewayTimeout,
        5 or 12 => StatusCodes.Status404NotFound,
        6 or 10 => StatusCodes.Status409Conflict,
        7 => StatusCodes.Status403Forbidden,
        8 => StatusCodes.Status429TooManyRequests,
        14 => StatusCodes.Status503ServiceUnavailable,
        16 => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status500InternalServerError, // unknown, internal, data loss
    }
    : StatusCodes.Status500InternalServerError;
}
