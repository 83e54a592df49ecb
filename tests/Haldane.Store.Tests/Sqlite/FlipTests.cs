using System.Globalization;
using System.Text;
using Dapper;
using Haldane.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>A bad disk, or an intruder with a hex editor: single bytes of the file change.</summary>
public sealed class FlipTests : IAsyncLifetime
{
    private const int Records = 40;
    private const int Seed = 20_261_120;

    private readonly TempFolder _folder = new();
    private byte[] _file = [];
    private List<(long Number, string Body, string Previous, string Hash)> _records = [];

    public async ValueTask InitializeAsync()
    {
        await StoreFile.CreateAsync(_folder.File(), Records);
        _file = await File.ReadAllBytesAsync(_folder.File());
        _records = ReadLedger(_folder.File());
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("body", 200)]
    [InlineData("previous", 100)]
    [InlineData("hash", 100)]
    public async Task A_flipped_byte_in_a_record_names_that_record(string column, int flips)
    {
        var random = new Random(Seed);
        for (var i = 0; i < flips; i++)
        {
            var record = _records[random.Next(Records)];
            var text = column switch { "body" => record.Body, "previous" => record.Previous, _ => record.Hash };
            var place = Place(record, column, text, random);

            var check = await VerifyFlippedAsync(place, (byte)(1 << random.Next(8)));

            Assert.True(
                check.Problems.Any(p => p.StartsWith($"record {record.Number}: ", StringComparison.Ordinal)),
                $"seed {Seed}, flip {i} at {place} in the {column} of record {record.Number}: {string.Join(" | ", check.Problems)}");
        }
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_in_the_pages_of_the_ledger_is_named_or_changes_nothing_that_can_be_read()
    {
        var random = new Random(Seed);
        var pages = LedgerPages();
        Assert.True(pages.Count > 5, "the ledger has overflow pages and more than one leaf");
        var (named, silent) = (0, 0);
        for (var i = 0; i < 400; i++)
        {
            // Half of them among the cell pointers and headers of a page, where structure is, not text.
            var page = pages[random.Next(pages.Count)];
            var place = ((page - 1) * 4096) + (i % 2 == 0 ? random.Next(64) : random.Next(4096));

            var check = await VerifyFlippedAsync(place, (byte)(1 << random.Next(8)));

            if (check.IsWhole)
            {
                silent++;
                Assert.Equal(_records, ReadLedger(_folder.File("flipped.db")));
            }
            else
            {
                named++;
                var where = FirstDifference();
                Assert.True(
                    where is null || check.Problems.Any(p => Names(p, where.Value)),
                    $"seed {Seed}, flip {i} at {place} changed record {where}: {string.Join(" | ", check.Problems)}");
            }
        }

        Assert.True(named > 200, $"named {named}, silent {silent}");
    }

    [Fact]
    public async Task A_file_that_lost_its_tail_is_named()
    {
        for (var size = 4096; size < _file.Length; size += 3 * 4096)
        {
            var path = _folder.File("cut.db");
            await File.WriteAllBytesAsync(path, _file[..size]);
            Remove(path + "-wal", path + "-shm");

            try
            {
                Assert.False((await StoreFile.VerifyAsync(path)).IsWhole, $"cut to {size} bytes");
            }
            catch (Core.Ports.StoreUnavailableException e)
            {
                Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static bool Names(string problem, long record) =>
        problem.StartsWith($"record {record}: ", StringComparison.Ordinal)
        || (problem.StartsWith("records from ", StringComparison.Ordinal)
            && long.Parse(problem.Split(' ')[2], CultureInfo.InvariantCulture) <= record);

    private static List<(long Number, string Body, string Previous, string Hash)> ReadLedger(string path)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        return [.. connection.Query<(long, string, string, string)>("SELECT number, body, previous, hash FROM ledger ORDER BY number", buffered: false)];
    }

    private static void Remove(params string[] paths)
    {
        foreach (var path in paths)
        {
            File.Delete(path);
        }
    }

    // The first record that a reader no longer sees as it was; null when all are.
    private long? FirstDifference()
    {
        var read = 0;
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = _folder.File("flipped.db"),
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT number, body, previous, hash FROM ledger ORDER BY number";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var row = (rows.GetInt64(0), Text(rows, 1), Text(rows, 2), Text(rows, 3));
                if (read == Records || row != _records[read])
                {
                    return Math.Min(read, Records - 1) + 1;
                }

                read++;
            }
        }
        catch (SqliteException)
        {
            return read + 1;
        }

        return read == Records ? null : read + 1;
    }

    private static string Text(SqliteDataReader rows, int column) => rows.GetFieldValue<object>(column) as string ?? "not text";

    private async Task<LedgerCheck> VerifyFlippedAsync(int place, byte mask)
    {
        var path = _folder.File("flipped.db");
        Remove(path, path + "-wal", path + "-shm");
        var flipped = (byte[])_file.Clone();
        flipped[place] ^= mask;
        await File.WriteAllBytesAsync(path, flipped);
        return await StoreFile.VerifyAsync(path);
    }

    // A record's hash is also the previous hash of the next one and may be the head's, so the place is found by what stands before it.
    private int Place((long Number, string Body, string Previous, string Hash) record, string column, string text, Random random)
    {
        if (column == "body")
        {
            // Long bodies go on in overflow pages: stay within what lies in one piece.
            return Find(text[..Math.Min(text.Length, 300)]) + random.Next(Math.Min(text.Length, 300));
        }

        // In a cell the columns follow each other: body, previous, hash. A long body pushes the hashes to an overflow page, still side by side.
        var pair = Find(record.Previous + record.Hash);
        return pair + (column == "hash" ? 64 : 0) + random.Next(64);
    }

    private int Find(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var place = _file.AsSpan().LastIndexOf(bytes);
        Assert.True(place >= 0, $"the file holds '{text[..20]}'");
        return place;
    }

    private List<int> LedgerPages()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.File(), Pooling = false }.ConnectionString);
        connection.Open();
        var pages = new List<int> { connection.ExecuteScalar<int>("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'") };
        foreach (var record in _records)
        {
            pages.Add((Find(record.Hash) / 4096) + 1);
            pages.Add((Find(record.Body[..200]) / 4096) + 1);
        }

        return [.. pages.Distinct()];
    }
}
