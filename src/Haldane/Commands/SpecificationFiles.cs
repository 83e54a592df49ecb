using Haldane.Control.Specifications;
using Haldane.Core.Specification;

namespace Haldane.Commands;

/// <summary>Reads the specification files that a command was given.</summary>
internal static class SpecificationFiles
{
    // The reader refuses larger files; reading a little past its limit is enough to let it say so.
    private const int MostBytes = (1 << 20) + 1;

    /// <summary>Reads files, and the <c>*.yaml</c> and <c>*.yml</c> files of directories; prints every mistake.</summary>
    /// <returns>Null when there was a mistake.</returns>
    public static async Task<SpecificationSet?> ReadAsync(IReadOnlyList<string> paths, TextWriter errors, CancellationToken cancel) =>
        await LoadAsync(paths, errors, cancel) is { } sources ? await CheckAsync(sources, errors) : null;

    /// <summary>Reads files without looking into them; prints what cannot be read.</summary>
    /// <returns>Null when something could not.</returns>
    public static async Task<IReadOnlyList<SpecificationSource>?> LoadAsync(IReadOnlyList<string> paths, TextWriter errors, CancellationToken cancel)
    {
        var sources = new List<SpecificationSource>();
        var failed = false;
        foreach (var path in paths)
        {
            try
            {
                foreach (var file in Expand(path))
                {
                    sources.Add(new(file, await ReadStartAsync(file, cancel)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failed = true;
                await errors.WriteLineAsync($"{path}: cannot be read: {e.Message}");
            }
        }

        return failed ? null : sources;
    }

    /// <summary>Prints every mistake of files that stand by themselves.</summary>
    /// <returns>What they say; null when there was a mistake.</returns>
    public static async Task<SpecificationSet?> CheckAsync(IReadOnlyList<SpecificationSource> sources, TextWriter errors)
    {
        var result = SpecificationReader.Read(sources);
        var mistakes = result.Set is { } set ? PlanChecks.Check(set) : result.Errors;
        foreach (var mistake in mistakes)
        {
            await errors.WriteLineAsync(mistake.ToString());
        }

        return mistakes.Count == 0 ? result.Set : null;
    }

    private static List<string> Expand(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var files = Directory.EnumerateFiles(path)
            .Where(f => Path.GetExtension(f) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new IOException("the directory holds no .yaml or .yml file");
    }

    private static async Task<ReadOnlyMemory<byte>> ReadStartAsync(string file, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(file);
        var buffer = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return buffer.AsMemory(0, length);
    }
}
