using System.Reflection;
using Haldane.Console.Access;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Page;

/// <summary>Serves the live page: three files inside the program.</summary>
internal static class PageFiles
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => File("index.html", "text/html; charset=utf-8")).Needs(Permissions.Read);
        // Browsers ask for it on their own.
        routes.MapGet("/favicon.ico", () => Results.NoContent()).OpenToAll();
        routes.MapGet("/haldane.css", () => File("haldane.css", "text/css; charset=utf-8")).OpenToAll();
        routes.MapGet("/haldane.js", () => File("haldane.js", "text/javascript; charset=utf-8")).OpenToAll();
    }

    private static IResult File(string name, string type) =>
        Results.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream($"Haldane.Console.Page.{name}")
            ?? throw new InvalidOperationException($"the page file {name} is not in the program"), type);
}
