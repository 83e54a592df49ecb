using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>Rollouts and evidence, read beside the process that writes them.</summary>
public sealed class RecordsTests
{
    [Fact]
    public async Task Rollouts_and_evidence_are_read_while_another_writes()
    {
        var folder = Directory.CreateTempSubdirectory("haldane-records-");
        try
        {
            var path = Path.Combine(folder.FullName, "store.db");
            await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
            var rollout = Make.Running("one", run: 4);
            await store.RecordAsync(Make.Entry(rollout), rollout, CancellationToken.None);
            for (var number = 1; number <= 300; number++)
            {
                await store.AppendEvidenceAsync(4, Make.Slice(number), CancellationToken.None);
            }

            await using var records = await SqliteStore.OpenRecordsAsync(path, CancellationToken.None);
            Rollout[] rollouts = [.. await records.RolloutsAsync(CancellationToken.None)];
            List<long> numbers = [];
            await foreach (var stored in records.EvidenceAsync(4, CancellationToken.None))
            {
                numbers.Add(stored.Slice.Number);
            }

            Assert.Equal(rollout, Assert.Single(rollouts));
            Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), numbers); // more than a page
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_said_to_be_missing()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"haldane-{Guid.NewGuid():N}.db");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteStore.OpenRecordsAsync(missing, CancellationToken.None));

        Assert.Contains("there is no store", failure.Message, StringComparison.Ordinal);
    }
}
