using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Store.Archive;

/// <summary>A folder with the evidence of runs that are over: a file each, of lines of JSON, packed with gzip.</summary>
/// <remarks>A line is <c>{"number": N, "slice": "…"}</c>, with the slice as a text, letter by letter as its digest covers it. A file is there whole or not at all. Any thread.</remarks>
public sealed class EvidenceArchive(string folder)
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Whether the evidence of a run is here.</summary>
    public bool Has(int run) => File.Exists(PathOf(run));

    /// <summary>The file of a run.</summary>
    public string PathOf(int run) => Path.Combine(Folder, $"run-{run}.jsonl.gz");

    /// <summary>The slices of a run, in order.</summary>
    /// <exception cref="StoreUnavailableException">The file is not there, or cannot be read.</exception>
    public async IAsyncEnumerable<SliceText> ReadAsync(int run, [EnumeratorCancellation] CancellationToken cancel)
    {
        var path = PathOf(run);
        using var lines = Open(path);
        for (var line = 1; ; line++)
        {
            SliceText? slice;
            try
            {
                slice = await lines.ReadLineAsync(cancel) is { } text ? Parse(text) : null;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new StoreUnavailableException($"the archive's '{path}' cannot be read at line {line}: {e.Message}", e);
            }

            if (slice is null)
            {
                yield break;
            }

            yield return slice;
        }
    }

    /// <summary>Writes the evidence of a run, and reads back what is there; what was written before stays as it is.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be written, or what is there under this name is other evidence.</exception>
    internal async Task<ArchivedRun> KeepAsync(int run, IAsyncEnumerable<SliceText> slices, CancellationToken cancel)
    {
        var path = PathOf(run);
        try
        {
            var written = Has(run) ? null : await WriteAsync(path, slices, cancel);
            var kept = await LookAsync(run, cancel);
            if (written is null)
            {
                var digest = "";
                await foreach (var slice in slices.WithCancellation(cancel))
                {
                    digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(slice.Body));
                }

                written = digest;
            }

            return written == kept.Digest ? kept : throw new StoreUnavailableException($"the archive's '{path}' is of other evidence than run {run} of this store: use a folder of its own for each store");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"the archive's '{path}' could not be written: {e.Message}", e);
        }
    }

    private async Task<string> WriteAsync(string path, IAsyncEnumerable<SliceText> slices, CancellationToken cancel)
    {
        Directory.CreateDirectory(Folder);
        var (draft, digest) = (path + ".part", "");
        await using (var file = OwnersFile.Open(draft, FileMode.Create))
        {
            await using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                await foreach (var slice in slices.WithCancellation(cancel))
                {
                    var body = Encoding.UTF8.GetBytes(slice.Body);
                    digest = LedgerChain.Extend(digest, body);
                    await packed.WriteAsync(Line(slice.Number, slice.Body), cancel);
                }
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        FolderFlush.Run(Folder); // the name must be as durable as the file: the store forgets next
        return digest;
    }

    // What counts is what is on the disk, not what we meant to write.
    private async Task<ArchivedRun> LookAsync(int run, CancellationToken cancel)
    {
        var (count, digest, last) = (0L, "", "");
        await foreach (var slice in ReadAsync(run, cancel))
        {
            (count, last) = (count + 1, slice.Body);
            digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(slice.Body));
        }

        await using var file = File.OpenRead(PathOf(run));
        var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        var end = count > 0 ? JsonSerializer.Deserialize(last, CoreJson.Default.EvidenceSlice)! : throw new StoreUnavailableException($"run {run} has no evidence to be archived");
        return new(run, count, digest, end.From + end.Length, sum);
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"the archive's '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static SliceText Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        return new(json.RootElement.GetProperty("number").GetInt64(), json.RootElement.GetProperty("slice").GetString() ?? "");
    }

    private static byte[] Line(long number, string body)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("number", number);
            json.WriteString("slice", body);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
