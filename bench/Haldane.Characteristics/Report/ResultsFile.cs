namespace Haldane.Characteristics.Report;

/// <summary>One page of results whose sections are written one by one.</summary>
internal static class ResultsFile
{
    /// <summary>Replaces a section, or adds it at the end.</summary>
    public static void Put(string folder, string section, string text)
    {
        var path = Path.Combine(folder, "results.md");
        string begin = $"<!-- {section} -->", end = $"<!-- end of {section} -->";
        var page = File.Exists(path) ? File.ReadAllText(path) : "# Operating characteristics\n\nWritten by `bench/characteristics/run`; see there.\n";
        var block = $"{begin}\n{text.Trim()}\n{end}";
        int from = page.IndexOf(begin, StringComparison.Ordinal), to = page.IndexOf(end, StringComparison.Ordinal);
        page = from >= 0 && to > from ? page[..from] + block + page[(to + end.Length)..] : $"{page.TrimEnd()}\n\n{block}\n";
        File.WriteAllText(path, page);
    }
}
