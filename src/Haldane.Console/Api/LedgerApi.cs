using System.Globalization;
using Haldane.Console.Access;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Reads and checks the ledger.</summary>
internal static class LedgerApi
{
    private const int MostRecords = 500;
    private const int UsualRecords = 50;

    public static void Map(IEndpointRouteBuilder routes, ILedgerReader ledger)
    {
        routes.MapGet("/api/v1/ledger", (HttpContext context, CancellationToken cancel) => GuardedAsync(() => ReadAsync(context.Request.Query, ledger, context.Person(), cancel))).Needs(Permissions.Read);
        routes.MapGet("/api/v1/ledger/verify", (CancellationToken cancel) => GuardedAsync(async () =>
            Results.Json(await ledger.VerifyAsync(cancel), CoreJson.Default.LedgerCheck))).Needs(Permissions.Read, allModels: true);
    }

    private static async Task<IResult> ReadAsync(IQueryCollection query, ILedgerReader ledger, Person person, CancellationToken cancel)
    {
        var (limit, before) = ((long?)UsualRecords, (long?)null);
        if (query.TryGetValue("limit", out var most) && (!TryRead(most, out limit) || limit is < 1 or > MostRecords))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"limit is {most}; wanted is 1 to {MostRecords}");
        }

        if (query.TryGetValue("before", out var end) && !TryRead(end, out before))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"before is {end}; wanted is the number of a record");
        }

        var rollout = query.TryGetValue("rollout", out var name) ? name.ToString() : null;
        var records = await ledger.LedgerAsync(before, (int)limit!, rollout, cancel);
        return Results.Json(person.Models.Count == 0 ? records : [.. records.Where(r => person.Covers(r.Entry.Model))], CoreJson.Default.IReadOnlyListLedgerRecord);
    }

    private static bool TryRead(string? text, out long? number)
    {
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        number = isNumber ? value : null;
        return isNumber;
    }

    private static async Task<IResult> GuardedAsync(Func<Task<IResult>> read)
    {
        try
        {
            return await read();
        }
        catch (StoreUnavailableException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }
}
