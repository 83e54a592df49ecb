using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Haldane.Console.Access;

/// <summary>Who may use the admin port.</summary>
/// <remarks>
/// On loopback everyone on this machine may; a web page that a browser there has open may not, so foreign hosts and foreign origins are refused. On any other
/// address every call but liveness asks for the token, as a bearer or, for browsers, as the password of basic authentication.
/// </remarks>
/// <param name="token">The token; null only when every address is loopback.</param>
internal sealed class AdminAccess(string? token)
{
    private readonly byte[]? _expected = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == "/healthz")
        {
            await next(context);
        }
        else if (_expected is null && !IsLoopback(context.Request.Host.Host))
        {
            await Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, "the admin port answers only to a loopback host name");
        }
        else if (IsForeign(context.Request))
        {
            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "requests from other web pages are refused");
        }
        else if (_expected is not null && !IsKnown(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"haldane\", Bearer";
            await Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, $"send the token of {AdminServer.TokenVariable} as a bearer, or as a password");
        }
        else
        {
            await next(context);
        }
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsForeign(HttpRequest request) => request.Headers.Origin.Any(origin =>
        !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    private bool IsKnown(string? authorization)
    {
        var given = authorization switch
        {
            { } a when a.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => a["Bearer ".Length..].Trim(),
            { } a when a.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) => PasswordOf(a["Basic ".Length..].Trim()),
            _ => null,
        };

        // Hashes are compared, so neither length nor content of the token shows in the time that this takes.
        return given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _expected);
    }

    private static string? PasswordOf(string basic)
    {
        var bytes = new byte[basic.Length];
        if (!Convert.TryFromBase64String(basic, bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair.IndexOf(':') is var colon and >= 0 ? pair[(colon + 1)..] : null;
    }
}
