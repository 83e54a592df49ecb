using System.Diagnostics;
using Haldane.Control.Rollouts;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.Pages.Weeks;

/// <summary>Writes a store as a server would that ran for a week: by the real controller, with callers that are drawn by chance and a clock that is moved.</summary>
internal static class WeekOfEvidence
{
    private static readonly TimeSpan Length = TimeSpan.FromDays(7), Second = TimeSpan.FromSeconds(1);

    // As long as a page shows second by second.
    private static readonly TimeSpan Latest = TimeSpan.FromMinutes(10);

    /// <summary>Writes it; it ends now.</summary>
    /// <param name="path">The store.</param>
    /// <param name="specification">The folder of models and rollouts.</param>
    /// <param name="every">How long a slice lasts; those of the last minutes last a second.</param>
    /// <returns>How many slices each rollout has.</returns>
    public static async Task<int> WriteAsync(string path, string specification, TimeSpan every)
    {
        var set = SpecificationReader.Read([.. Directory.EnumerateFiles(specification).Select(file => new SpecificationSource(file, File.ReadAllBytes(file)))]).Set ?? throw new InvalidDataException("the specification cannot be read");
        var clock = new HandClock(TimeProvider.System.GetUtcNow() - Length);
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        var router = new SimulatedRouter(set.Models);
        using var controller = await RolloutController.RecoverAsync(
            set, store, router, new TokenCodec(await store.InstallationKeyAsync(CancellationToken.None)), clock, NullLogger<RolloutController>.Instance, CancellationToken.None);
        foreach (var rollout in set.Rollouts)
        {
            if (await controller.CommandAsync(rollout.Name, RolloutCommand.Start, Person.Anyone, "a week", CancellationToken.None) is { Kind: not CommandOutcomeKind.Done } outcome)
            {
                throw new InvalidOperationException(outcome.Message);
            }
        }

        var (slices, told) = (0, Stopwatch.GetTimestamp());
        for (var left = Length; left > TimeSpan.Zero; slices++)
        {
            router.Step = left > Latest ? every : Second;
            left -= router.Step;
            clock.Advance(router.Step);
            await controller.TickAsync(CancellationToken.None);
            if (Stopwatch.GetElapsedTime(told) > TimeSpan.FromSeconds(10))
            {
                Console.Error.Write($"{1 - left / Length:P0} ");
                told = Stopwatch.GetTimestamp();
            }
        }

        Console.WriteLine($"It stands so: {string.Join(", ", controller.Rollouts.GroupBy(r => $"{r.Rollout.Phase} in stage {r.Rollout.Stage + 1}").Select(g => $"{g.Count()} {g.Key}"))}; the controller says: {controller.Health.Message}.");
        return slices;
    }
}
