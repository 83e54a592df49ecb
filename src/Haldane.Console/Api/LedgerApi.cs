using Haldane.Core;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Reads and checks the ledger.</summary>
internal static class LedgerApi
{
    private const int MostRecords = 500;

    public static void Map(IEndpointRouteBuilder routes, ILedgerReader ledger)
    {
        routes.MapGet("/api/v1/ledger", (long? before, int? limit, string? rollout, CancellationToken cancel) => GuardedAsync(async () =>
            limit is <= 0 or > MostRecords
                ? Problems.Of(StatusCodes.Status400BadRequest, $"limit is {limit}; wanted is 1 to {MostRecords}")
                : Results.Json(await ledger.LedgerAsync(before, limit ?? 50, rollout, cancel), CoreJson.Default.IReadOnlyListLedgerRecord)));
        routes.MapGet("/api/v1/ledger/verify", (CancellationToken cancel) => GuardedAsync(async () =>
            Results.Json(await ledger.VerifyAsync(cancel), CoreJson.Default.LedgerCheck)));
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
