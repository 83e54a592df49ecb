using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Haldane.Console.Api;

/// <summary>The specification in force: read it, change it, or see what a change would do.</summary>
internal static class SpecificationApi
{
    private const int MostFiles = 1_000;
    private const string Yaml = "application/yaml"; // RFC 9512

    public static void Map(IEndpointRouteBuilder routes, ISpecificationDesk desk)
    {
        routes.MapGet("/api/v1/specification", (HttpContext context) => ETags.Answer(context, desk.Current.Revision, () => Results.Json(
            new(desk.Current.Revision, [.. Seen(desk.Current, context.Person()).Select(d => d.Id)]), ApiJson.Default.DocumentsView))).Needs(Permissions.Read)
            .Tells<DocumentsView>("Which documents are in force; `If-None-Match` with the `ETag` asks only for news.");
        routes.MapGet("/api/v1/specification/{kind}/{name}", (string kind, string name, HttpContext context) =>
            Find(desk, kind, name, context.Person()) is { } document
                ? Results.Text(document.Text, Yaml, Encoding.UTF8)
                : Problems.Of(StatusCodes.Status404NotFound, $"there is no {kind} {name}")).Needs(Permissions.Read)
            .TellsText("A document in force, as it was written.", Yaml);
        routes.MapPost("/api/v1/specification", (HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context,
            ApiJson.Default.ChangeRequest,
            needsWhy: false,
            async (asked, by, why) => Mistake(asked) is { } mistake ? Problems.Of(StatusCodes.Status400BadRequest, mistake) : Said(await desk.ApplyAsync(OrderOf(asked, ETags.Wanted(context), why), by, cancel)),
            cancel)).Needs(Permissions.Operate)
            .Takes<ChangeRequest>().Tells<ApplyReport>("Puts documents in force, all or none, or says what that would do; `If-Match` names the revision that it is meant for.");
    }

    /// <summary>A document that a person may see; null when there is none of the name.</summary>
    internal static SpecificationDocument? Find(ISpecificationDesk desk, string kind, string name, Person person) =>
        Seen(desk.Current, person).FirstOrDefault(d => d.Id.Name == name && d.Id.Kind == DocumentId.KindNamed(kind));

    // Who may see some models gets what is about these alone.
    internal static IEnumerable<SpecificationDocument> Seen(SpecificationView view, Person person) => view.Documents.Where(d => person.Models.CoversAll(view.Set.ModelsOf(d.Id)));

    private static string? Mistake(ChangeRequest asked) => asked switch
    {
        { Files.Length: > MostFiles } => $"files are {asked.Files.Length}; wanted are at most {MostFiles}",
        _ when asked.Files?.Any(f => f is not { Name.Length: > 0 and <= Asked.LongestText, Text: not null } || f.Name.Any(char.IsControl)) == true =>
            $"files: wanted of each is \"name\", of at most {Asked.LongestText} characters, and \"text\"",
        _ when asked.Remove?.Any(r => r is not { Name.Length: > 0 } || DocumentId.KindNamed(r.Kind) is null) == true =>
            $"remove: wanted of each is \"kind\", one of {string.Join(", ", DocumentId.Kinds)}, and \"name\"",
        { Files: null or [], Remove: null or [], Prune: not true } => "files and remove are empty; wanted is something to change",
        _ => null,
    };

    private static ChangeOrder OrderOf(ChangeRequest asked, string? revision, string? why) => new()
    {
        Sources = [.. (asked.Files ?? []).Select(f => new SpecificationSource(f.Name!, Encoding.UTF8.GetBytes(f.Text!)))],
        Remove = [.. (asked.Remove ?? []).Select(r => new DocumentId(DocumentId.KindNamed(r.Kind)!, r.Name!))],
        Prune = asked.Prune == true,
        MayMoveTraffic = asked.MoveTraffic == true,
        IsDryRun = asked.DryRun == true,
        Revision = revision,
        Why = why,
    };

    private static IResult Said(ApplyReport report)
    {
        var status = report.Outcome switch
        {
            ChangeOutcome.Invalid => StatusCodes.Status422UnprocessableEntity,
            ChangeOutcome.Forbidden => StatusCodes.Status403Forbidden,
            ChangeOutcome.MovesTraffic => StatusCodes.Status409Conflict,
            ChangeOutcome.Stale => StatusCodes.Status412PreconditionFailed,
            ChangeOutcome.NotFound => StatusCodes.Status404NotFound,
            _ => StatusCodes.Status200OK,
        };
        return status == StatusCodes.Status200OK
            ? Results.Json(report, CoreJson.Default.ApplyReport)
            : Results.Json(new(status, report.Message, JsonSerializer.SerializeToElement(report, CoreJson.Default.ApplyReport)), ApiJson.Default.ChangeProblem, MediaTypeNames.Application.ProblemJson, status);
    }
}

/// <summary>Entity tags (RFC 9110, section 8.8.3): who changes what has changed since is told so.</summary>
internal static class ETags
{
    /// <summary>Answers with a tag, or with 304 to whoever has it already.</summary>
    public static IResult Answer(HttpContext context, string revision, Func<IResult> answer)
    {
        context.Response.Headers.ETag = $"\"{revision}\"";
        return Tags(context.Request.Headers.IfNoneMatch).Contains(revision) ? Results.StatusCode(StatusCodes.Status304NotModified) : answer();
    }

    /// <summary>The revision that a change is meant for; null for any.</summary>
    public static string? Wanted(HttpContext context) => Tags(context.Request.Headers.IfMatch).FirstOrDefault() is { } tag && tag != "*" ? tag : null;

    private static IEnumerable<string> Tags(StringValues header) => header.SelectMany(h => h!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(t => t.Trim('"'));
}
