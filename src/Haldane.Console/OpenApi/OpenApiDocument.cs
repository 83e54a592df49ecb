using System.Text.Json.Nodes;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.OpenApi;

/// <summary>Describes the API in OpenAPI 3.1, from what the endpoints say of themselves. Pure.</summary>
/// <remarks>Written here and not by a library: the schemas are the framework's, and what is left is a table.</remarks>
internal static class OpenApiDocument
{
    private const string Prefix = "/api/";

    /// <summary>The document.</summary>
    public static JsonObject Of(IEnumerable<RouteEndpoint> endpoints)
    {
        var schemas = new JsonSchemas();
        var paths = new JsonObject();
        foreach (var path in endpoints.Where(e => e.RoutePattern.RawText!.StartsWith(Prefix, StringComparison.Ordinal)).GroupBy(e => e.RoutePattern.RawText!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var endpoint in path)
            {
                item[endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0].ToLowerInvariant()] = Operation(endpoint, schemas);
            }

            paths[path.Key] = item;
        }

        schemas.Of(typeof(ProblemDetails));
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Haldane", ["version"] = "v1", ["description"] = "Rollouts of models, prompts and model configurations, canary first." },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An access token. On loopback, calls need none unless the server says otherwise." } },
            },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
        };
    }

    private static JsonObject Operation(RouteEndpoint endpoint, JsonSchemas schemas)
    {
        var metadata = endpoint.Metadata;
        var (tells, takes) = (metadata.GetRequiredMetadata<Tells>(), metadata.GetMetadata<Takes>());
        var operation = new JsonObject
        {
            ["operationId"] = $"{metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0].ToLowerInvariant()}{string.Concat(endpoint.RoutePattern.PathSegments.Skip(2).SelectMany(s => s.Parts).Select(Word))}",
            ["summary"] = tells.Summary,
            ["description"] = metadata.GetMetadata<Needs>() is { Permission: { } permission and not Permissions.None } needs ? $"Takes the permission to {permission.ToString().ToLowerInvariant()}{(needs.AllModels ? ", for all models" : "")}." : "Anyone may.",
            ["parameters"] = new JsonArray(
            [
                .. endpoint.RoutePattern.Parameters.Select(p => Parameter(p.Name, "path", null)),
                .. metadata.GetOrderedMetadata<AsksFor>().Select(q => Parameter(q.Name, "query", q.About)),
                .. takes?.Type is null ? Array.Empty<JsonObject>() : [Parameter(Repeats.Field, "header", "Made up by the caller: sent again with it, the same change is done once and answered alike, for a day or until a restart.")],
            ]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = "Done.", ["content"] = Content(tells.ContentType, tells.Type, schemas) },
                ["default"] = new JsonObject { ["description"] = "It was not done; `detail` says why.", ["content"] = Content("application/problem+json", typeof(ProblemDetails), schemas) },
            },
        };
        if (takes is not null)
        {
            operation["requestBody"] = new JsonObject { ["content"] = Content("application/json", takes.Type, schemas) };
        }

        return operation;
    }

    private static JsonObject Content(string contentType, Type? type, JsonSchemas schemas) => new()
    {
        [contentType] = new JsonObject { ["schema"] = type is not null ? schemas.Of(type) : contentType.EndsWith("json", StringComparison.Ordinal) ? new JsonObject() : new JsonObject { ["type"] = "string" } },
    };

    private static JsonObject Parameter(string name, string place, string? about)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = place == "path", ["schema"] = new JsonObject { ["type"] = "string" } };
        if (about is not null)
        {
            parameter["description"] = about;
        }

        return parameter;
    }

    private static string Word(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part)
    {
        var word = part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => parameter.Name,
            _ => "",
        };
        return word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..].Replace(".", "", StringComparison.Ordinal);
    }
}
