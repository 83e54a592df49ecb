using System.Text;
using System.Text.Json;
using Haldane.Core.Series;

namespace Haldane.Commands;

/// <summary>Reads the files of series that a command was given.</summary>
internal static class SeriesFiles
{
    /// <summary>A file's text, or standard input's for <c>-</c>; null with a mistake.</summary>
    public static async Task<string?> ReadAsync(string file, SeriesBuilder into, CancellationToken cancel)
    {
        try
        {
            await using var stream = file == "-" ? System.Console.OpenStandardInput() : File.OpenRead(file);
            var buffer = new byte[SeriesLimits.Bytes + 1];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
            if (length > SeriesLimits.Bytes)
            {
                into.Mistake($"{file}: is larger than {SeriesLimits.Bytes >> 20} MiB; use a larger step or fewer metrics");
                return null;
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            into.Mistake($"{file}: cannot be read: {e.Message}");
            return null;
        }
        catch (DecoderFallbackException)
        {
            into.Mistake($"{file}: is no text in UTF-8");
            return null;
        }
    }

    /// <summary>By its name, or by how it begins.</summary>
    public static bool LooksLikeJson(string file, string text) =>
        Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase) || text.AsSpan().TrimStart('\uFEFF').TrimStart().StartsWith("{");

    /// <summary>Reads JSON; with a mistake when it is none.</summary>
    public static SeriesJsonReader.Asked ReadJson(string file, string text, SeriesBuilder into)
    {
        try
        {
            using var document = JsonDocument.Parse(text.AsMemory().TrimStart('\uFEFF'));
            return SeriesJsonReader.Read(document.RootElement, $"{file}: ", into);
        }
        catch (JsonException e)
        {
            into.Mistake($"{file}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: is not JSON: {e.Message.Split(" LineNumber")[0]}");
            return SeriesJsonReader.Asked.Nothing;
        }
    }
}
