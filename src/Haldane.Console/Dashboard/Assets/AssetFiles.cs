using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Haldane.Console.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard.Assets;

/// <summary>The style and the scripts of the pages: files inside the program. Each address holds a digest of what it gives, so that a browser asks for each once.</summary>
/// <remarks><c>manifest.json</c> says where those below <c>lib</c> come from.</remarks>
public static class AssetFiles
{
    private const string Folder = "Haldane.Console.Dashboard.Assets.";

    private static readonly FrozenDictionary<string, Asset> All = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && (n.EndsWith(".css", StringComparison.Ordinal) || n.EndsWith(".js", StringComparison.Ordinal)))
        .ToFrozenDictionary(n => n[(n.StartsWith(Folder + "lib.", StringComparison.Ordinal) ? Folder.Length + "lib.".Length : Folder.Length)..], Read);

    private sealed record Asset(byte[] Body, string Type, string Digest);

    /// <summary>The address of a file.</summary>
    /// <exception cref="KeyNotFoundException">It is not in the program.</exception>
    public static string Of(string file) => $"/assets/{All[file].Digest}/{file}";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        // Browsers ask for it on their own.
        routes.MapGet("/favicon.ico", () => Results.NoContent()).OpenToAll();
        routes.MapGet("/assets/{digest}/{file}", (string digest, string file, HttpContext context) =>
        {
            if (All.GetValueOrDefault(file) is not { } asset || asset.Digest != digest)
            {
                return Problems.Of(StatusCodes.Status404NotFound, "there is no such file; reload the page");
            }

            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(asset.Body, asset.Type);
        }).OpenToAll();
    }

    private static Asset Read(string resource)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var body = new MemoryStream();
        file.CopyTo(body);
        var bytes = body.ToArray();
        return new(bytes, resource.EndsWith(".css", StringComparison.Ordinal) ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8", Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]);
    }
}
