using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Haldane.Console.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard.Assets;

/// <summary>The style and the scripts of the pages: files inside the program. Each address holds a digest of what it gives, so that a browser asks for each once.</summary>
/// <remarks><c>manifest.json</c> says where those below <c>lib</c> come from.</remarks>
public static class AssetFiles
{
    private const string Folder = "Haldane.Console.Dashboard.Assets.";

    // In one file: htmx begins with the page as soon as it may, and what extends it must be there by then.
    private static readonly string[] Libraries = ["lib.htmx.min.js", "lib.hx-sse.min.js"];

    private static readonly FrozenDictionary<string, Asset> All = new Dictionary<string, Asset>(StringComparer.Ordinal)
    {
        ["libraries.js"] = Asset.Script(string.Join("\n;\n", Libraries.Select(Read))),
        ["plot.js"] = Asset.Script(Read("lib.uPlot.iife.min.js")),
        ["haldane.js"] = Asset.Script(Read("haldane.js")),
        ["haldane.css"] = Asset.Style(Read("lib.uPlot.min.css") + Read("haldane.css")),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private sealed record Asset(byte[] Body, string Type, string Digest)
    {
        public static Asset Script(string text) => Of(text, "text/javascript; charset=utf-8");

        public static Asset Style(string text) => Of(text, "text/css; charset=utf-8");

        private static Asset Of(string text, string type)
        {
            var body = Encoding.UTF8.GetBytes(text);
            return new(body, type, Convert.ToHexStringLower(SHA256.HashData(body))[..12]);
        }
    }

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

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + resource) ?? throw new InvalidOperationException($"{resource} is not in the program"));
        return reader.ReadToEnd();
    }
}
