using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Http.Features;

namespace Haldane.Console.Access;

/// <summary>What an endpoint asks of whoever calls it. An endpoint that says nothing is open to nobody.</summary>
/// <param name="Permission">What the person must be allowed; null where anyone may come, signed in or not.</param>
/// <param name="AllModels">Whether it tells of all models, so that who may see some only may not see it.</param>
internal sealed record Needs(Permissions? Permission, bool AllModels = false)
{
    /// <summary>Anyone may come.</summary>
    public static readonly Needs Nothing = new((Permissions?)null);
}

/// <summary>Who calls, as it was found out.</summary>
/// <param name="Person">Who.</param>
/// <param name="Still">Whether the credential still holds.</param>
internal sealed record Known(Person Person, Func<bool> Still)
{
    /// <summary>Whoever may do everything without having said who it is.</summary>
    public static readonly Known Anyone = new(Core.Access.Person.Anyone, static () => true);
}

/// <summary>Marks what people open with a browser.</summary>
internal sealed record PageMark
{
    /// <summary>The mark.</summary>
    public static readonly PageMark Page = new();
}

/// <summary>Says what endpoints ask.</summary>
internal static class NeedsExtensions
{
    /// <summary>Says what an endpoint asks.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Permissions permission, bool allModels = false)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Needs(permission, allModels));

    /// <summary>Says that an endpoint asks what a place does.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Place place)
        where TBuilder : IEndpointConventionBuilder => endpoint.Needs(place.Needs, place.AllModels);

    /// <summary>Lets anyone come to an endpoint, also who has not signed in.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Access.Needs.Nothing);

    /// <summary>Says that people open an endpoint with a browser: who has not signed in is led to where that is done, and back.</summary>
    public static TBuilder IsPage<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(PageMark.Page);

    /// <summary>Who calls.</summary>
    public static Person Person(this HttpContext context) => context.Features.GetRequiredFeature<Known>().Person;

    /// <summary>Whether the credential that the call came with still holds: long answers look again.</summary>
    public static bool IsStillKnown(this HttpContext context) => context.Features.GetRequiredFeature<Known>().Still();
}
