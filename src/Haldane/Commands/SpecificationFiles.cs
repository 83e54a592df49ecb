using Haldane.Core.Specification;
using Haldane.Judge;

namespace Haldane.Commands;

/// <summary>Reads the specification files that a command was given.</summary>
internal static class SpecificationFiles
{
    // The reader refuses larger files; reading a little past its limit is enough to let it say so.
    private const int MostBytes = (1 << 20) + 1;

    /// <summary>Reads files, and the <c>*.yaml</c> and <c>*.yml</c> files of directories; prints every mistake.</summary>
    /// <returns>Null when there was a mistake.</returns>
    public static async Task<SpecificationSet?> ReadAsync(IReadOnlyList<string> paths, TextWriter errors, CancellationToken cancel)
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

        if (failed)
        {
            return null;
        }

        var result = SpecificationReader.Read(sources);
        foreach (var error in result.Errors)
        {
            await errors.WriteLineAsync(error.ToString());
        }

        return result.Set is { } set && await CanJudgeAsync(set, errors) ? set : null;
    }

    // Lines that are too close or too far apart for the judge's grid are known only to the judge.
    private static async Task<bool> CanJudgeAsync(SpecificationSet set, TextWriter errors)
    {
        var all = true;
        foreach (var rollout in set.Rollouts)
        {
            try
            {
                _ = new RolloutJudge(set.FindModel(rollout.Model)!, rollout);
            }
            catch (ArgumentException e)
            {
                all = false;
                await errors.WriteLineAsync($"rollout {rollout.Name}: {e.Message.Split(" (Parameter ")[0]}");
            }
        }

        return all;
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
