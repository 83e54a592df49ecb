using System.Net;
using System.Security.Cryptography;
using System.Text;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Access;

/// <summary>Knows who calls, and lets through whom the endpoint lets in.</summary>
/// <remarks>
/// On loopback everyone on this machine may come where the rules do not say otherwise; a web page that a browser there has open may not, so foreign hosts and
/// foreign origins are refused. Everywhere else every call asks for a credential: a token as a bearer, a session that a browser got for one, or the word of a
/// trusted proxy. Comes after the routing, since each endpoint says what it needs.
/// </remarks>
/// <param name="rules">How people are known.</param>
/// <param name="asks">Whether a credential is asked for.</param>
/// <param name="tokens">People's own tokens.</param>
/// <param name="sessions">Browsers that have signed in.</param>
/// <param name="failures">Who guesses.</param>
internal sealed class AdminAccess(AccessRules rules, bool asks, ITokenDesk tokens, Sessions sessions, FailureLimit failures)
{
    /// <summary>The cookie that holds a session.</summary>
    public const string Cookie = "haldane-session";

    /// <summary>The header in which a page repeats what only it knows.</summary>
    public const string ForgeryHeader = "x-haldane-csrf";

    private readonly byte[]? _shared = rules.SharedToken is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(rules.SharedToken));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var needs = context.GetEndpoint()?.Metadata.GetMetadata<Needs>();
        if (!asks && !IsLoopback(context.Request.Host.Host) && context.Request.Path != "/healthz")
        {
            await Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, "the admin port answers only to a loopback host name");
        }
        else if (IsForeign(context.Request))
        {
            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "requests from other web pages are refused");
        }
        else if (needs == Needs.Nothing)
        {
            await next(context);
        }
        else if (await KnowAsync(context) is not { } known)
        {
            // Told already.
        }
        else
        {
            context.Features.Set(known);
            await (context.GetEndpoint() is RouteEndpoint endpoint && WhyNot(known.Person, needs, endpoint) is { } why ? Problems.WriteAsync(context, StatusCodes.Status403Forbidden, why) : next(context));
        }
    }

    /// <summary>Who holds a secret; null when nobody does.</summary>
    public Person? Find(string secret) => AccessToken.IdOf(secret) is null ? (IsShared(secret) ? Person.Anyone : null) : tokens.Find(secret);

    private async Task<Known?> KnowAsync(HttpContext context)
    {
        var request = context.Request;
        var from = context.Connection.RemoteIpAddress;
        if (rules.Proxy is { } proxy && proxy.Sends(from) && proxy.Find(request.Headers) is { } signedIn)
        {
            return new(signedIn, static () => true);
        }

        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            // A token of one's own cannot be guessed: it is let in whoever else guesses at the same address. Taking a canary back must not wait for others.
            var secret = authorization["Bearer ".Length..].Trim();
            if (tokens.Find(secret) is { } owner)
            {
                return new(owner, () => tokens.Find(secret) is not null);
            }

            if (!asks)
            {
                return Known.Anyone;
            }

            if (await IsTooOftenAsync(context))
            {
                return null;
            }

            if (IsShared(secret))
            {
                return Known.Anyone;
            }

            failures.Count(from);
        }
        else if (request.Cookies[Cookie] is { } id && sessions.Find(id) is { } session && Find(session.Secret) is { } person)
        {
            if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOwn(request.Headers[ForgeryHeader], session))
            {
                return new(person, () => sessions.Find(id) is not null && Find(session.Secret) is not null);
            }

            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, $"a page that has signed in sends {ForgeryHeader} with what it changes");
            return null;
        }
        else if (!asks)
        {
            return Known.Anyone;
        }

        await RefuseAsync(context);
        return null;
    }

    /// <summary>Answers whoever has guessed wrong too often; false when nobody has.</summary>
    public async Task<bool> IsTooOftenAsync(HttpContext context)
    {
        var wait = failures.WaitOf(context.Connection.RemoteIpAddress);
        if (wait == TimeSpan.Zero)
        {
            return false;
        }

        context.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds):0}";
        await Problems.WriteAsync(context, StatusCodes.Status429TooManyRequests, "too many wrong tokens came from this address; wait a little");
        return true;
    }

    private static Task RefuseAsync(HttpContext context)
    {
        // People get a page to sign in at, programs a status.
        if (HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<PageMark>() is not null)
        {
            context.Response.Redirect(SignIn.For(context.Request));
            return Task.CompletedTask;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, "send a token as a bearer: authorization: Bearer hdn_…");
    }

    // What is not said is refused: an endpoint that somebody adds and forgets here must not be open.
    private static string? WhyNot(Person person, Needs? needs, RouteEndpoint endpoint) => needs switch
    {
        null => $"nobody may use {endpoint.RoutePattern.RawText}",
        { Permission: { } permission } when !person.May(permission) => $"{person.Name} is {Words.Of(person.Role)}; this takes {Words.For(permission)}",
        { AllModels: true } when !person.CoversEverything => $"{person.Name} may see {string.Join(", ", person.Models)} only; this tells of all models",
        _ => null,
    };

    private bool IsShared(string secret) => _shared is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), _shared);

    private static bool IsOwn(string? given, Sessions.Session session) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(session.Forgery));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsForeign(HttpRequest request) => request.Headers.Origin.Any(origin =>
        !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)));
}
