namespace Haldane.Console.OpenApi;

/// <summary>What an endpoint answers with.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Type">What JSON holds; null where it is no JSON.</param>
/// <param name="ContentType">How it is written.</param>
internal sealed record Tells(string Summary, Type? Type, string ContentType);

/// <summary>What an endpoint takes as its body.</summary>
/// <param name="Type">What JSON holds; null where it is only known that it is JSON.</param>
internal sealed record Takes(Type? Type);

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it is for.</param>
internal sealed record AsksFor(string Name, string About);

/// <summary>Describes endpoints where they are made.</summary>
internal static class DescribedExtensions
{
    /// <summary>It answers with JSON.</summary>
    public static RouteHandlerBuilder Tells<T>(this RouteHandlerBuilder endpoint, string summary) => endpoint.WithMetadata(new Tells(summary, typeof(T), "application/json"));

    /// <summary>It answers with text.</summary>
    public static RouteHandlerBuilder TellsText(this RouteHandlerBuilder endpoint, string summary, string contentType) => endpoint.WithMetadata(new Tells(summary, null, contentType));

    /// <summary>Its body is JSON.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new Takes(typeof(T)));

    /// <summary>Its body is JSON that is read by hand.</summary>
    public static RouteHandlerBuilder TakesJson(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new Takes((Type?)null));

    /// <summary>It looks at a parameter of the query.</summary>
    public static RouteHandlerBuilder Asks(this RouteHandlerBuilder endpoint, string name, string about) => endpoint.WithMetadata(new AsksFor(name, about));
}
