using System.Globalization;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Reads and checks the ledger.</summary>
internal static class LedgerApi
{
    private const int MostRecords = 500;
    private const int UsualRecords = 50;
    private const int MostPages = 40;

    public static void Map(IEndpointRouteBuilder routes, ILedgerReader ledger)
    {
        routes.MapGet("/api/v1/ledger", (HttpContext context, CancellationToken cancel) => ReadAsync(context.Request.Query, ledger, context.Person(), cancel)).Needs(Permissions.Read)
            .Asks("limit", $"1 to {MostRecords}; {UsualRecords} when left out").Asks("before", "the number of a record: older ones, the newest first").Asks("after", "the number of a record: newer ones, the oldest first").Asks("rollout", "of this rollout only, with what was set for it alone")
            .Tells<IReadOnlyList<LedgerRecord>>("Records of the ledger.");
        routes.MapGet("/api/v1/ledger/heads", (HttpRequest request, CancellationToken cancel) => HeadsAsync(request.Query, ledger, cancel)).Needs(Permissions.Read)
            .Asks("limit", $"1 to {MostRecords}; {UsualRecords} when left out").Asks("after", "the number of a record: heads of newer ones").Tells<IReadOnlyList<SignedHead>>("The signed ends of the ledger, the oldest first.");
        routes.MapGet("/api/v1/ledger/key", (CancellationToken cancel) => KeyAsync(ledger, cancel)).Needs(Permissions.Read).Tells<LedgerKeyView>("The public key of the ledger.");
        routes.MapGet("/api/v1/ledger/verify", (HttpRequest request, CancellationToken cancel) => VerifyAsync(request.Query, ledger, cancel)).Needs(Permissions.Read, allModels: true)
            .Asks("key", "a public key that was kept, hex").Tells<LedgerCheck>("Checks the whole ledger.");
    }

    private static async Task<IResult> ReadAsync(IQueryCollection query, ILedgerReader ledger, Person person, CancellationToken cancel)
    {
        if (!TryPlace(query, "limit", UsualRecords, out var limit, out var refused) || !TryPlace(query, "before", null, out var before, out refused) || !TryPlace(query, "after", null, out var after, out refused))
        {
            return refused!;
        }

        var rollout = query.TryGetValue("rollout", out var name) ? name.ToString() : null;
        return (before, after) switch
        {
            (not null, not null) => Problems.Of(StatusCodes.Status400BadRequest, "before and after: wanted is one of them; before gives the newest first, after the oldest"),
            (_, not null) when !person.CoversEverything => Problems.Of(StatusCodes.Status403Forbidden, $"{person.Name} may see {string.Join(", ", person.Models)} only; an export tells of all models"),
            (_, { } last) => Results.Json(await ledger.RecordsAsync(last, (int)limit!, rollout, cancel), CoreJson.Default.IReadOnlyListLedgerRecord),
            _ => Results.Json(await SeenAsync(ledger, before, (int)limit!, rollout, person, cancel), CoreJson.Default.IReadOnlyListLedgerRecord),
        };
    }

    /// <summary>Records that somebody may see, the newest first: of some models as many as were asked for all the same, as far as a few pages hold them.</summary>
    internal static async Task<IReadOnlyList<LedgerRecord>> SeenAsync(ILedgerReader ledger, long? before, int limit, string? rollout, Person person, CancellationToken cancel)
    {
        if (person.CoversEverything)
        {
            return await ledger.LedgerAsync(before, limit, rollout, cancel);
        }

        var seen = new List<LedgerRecord>();
        for (var page = 0; page < MostPages && seen.Count < limit; page++)
        {
            var records = await ledger.LedgerAsync(before, MostRecords, rollout, cancel);
            seen.AddRange(records.Where(r => IsOf(r, person)).Take(limit - seen.Count));
            if (records.Count < MostRecords)
            {
                break;
            }

            before = records[^1].Number;
        }

        return seen;
    }

    // A record that was altered is nobody's.
    private static bool IsOf(LedgerRecord record, Person person) => record.EntryOrNull is { } entry && person.Covers(entry.Model);

    private static async Task<IResult> HeadsAsync(IQueryCollection query, ILedgerReader ledger, CancellationToken cancel) =>
        TryPlace(query, "limit", UsualRecords, out var limit, out var refused) && TryPlace(query, "after", 0, out var after, out refused)
            ? Results.Json(await ledger.SignedHeadsAsync(after!.Value, (int)limit!, cancel), CoreJson.Default.IReadOnlyListSignedHead)
            : refused!;

    private static async Task<IResult> KeyAsync(ILedgerReader ledger, CancellationToken cancel) => await ledger.KeyAsync(cancel) is { } key
        ? Results.Json(LedgerKeyView.Of(key), CoreJson.Default.LedgerKeyView)
        : Problems.Of(StatusCodes.Status404NotFound, "there is no key yet: it is made when the first record is signed");

    private static async Task<IResult> VerifyAsync(IQueryCollection query, ILedgerReader ledger, CancellationToken cancel)
    {
        LedgerKey? key = null;
        if (query.TryGetValue("key", out var hex) && (key = LedgerKey.OfHex(hex.ToString())) is null)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"key is {hex}; wanted are the {LedgerKey.Length} bytes of a public key in hex");
        }

        return Results.Json(await ledger.VerifyAsync(key, cancel), CoreJson.Default.LedgerCheck);
    }

    private static bool TryPlace(IQueryCollection query, string name, long? usual, out long? value, out IResult? refused)
    {
        (value, refused) = (usual, null);
        if (query.TryGetValue(name, out var text) && (!TryRead(text, out value) || (name == "limit" && value is < 1 or > MostRecords)))
        {
            var wanted = name == "limit" ? $"1 to {MostRecords}" : "the number of a record";
            refused = Problems.Of(StatusCodes.Status400BadRequest, $"{name} is {text}; wanted is {wanted}");
        }

        return refused is null;
    }

    private static bool TryRead(string? text, out long? number)
    {
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        number = isNumber ? value : null;
        return isNumber;
    }
}
