using System.Text.Json.Serialization.Metadata;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Lists of what belongs to models: of those that a person has to do with.</summary>
internal static class ModelLists
{
    public static void MapList<T>(this IEndpointRouteBuilder routes, string path, Func<IReadOnlyList<T>> all, Func<T, string> model, JsonTypeInfo<IReadOnlyList<T>> json, string summary) =>
        routes.MapGet(path, (HttpContext context) => Results.Json([.. all().Where(one => context.Person().Covers(model(one)))], json)).Needs(Permissions.Read).Tells<IReadOnlyList<T>>(summary);
}
