namespace Haldane.Core.Series;

/// <summary>Reads metrics from CSV, long or wide; docs/series.md shows both.</summary>
/// <remarks>Comma, semicolon or tab, whichever the header has; double quotes as in RFC 4180, without line breaks inside.</remarks>
public static class SeriesCsvReader
{
    private static readonly string[] BaselineWords = ["baseline", "control"];
    private static readonly string[] CanaryWords = ["canary", "experiment"];
    private static readonly string[] TimeWords = ["time", "timestamp", "ts"];

    /// <summary>Reads a file's metrics into a builder, with every mistake.</summary>
    /// <param name="text">The file.</param>
    /// <param name="file">Its name, for messages and for a metric that has no other name.</param>
    /// <param name="baselineColumn">The baseline's column of a wide file, or null to find it by its name.</param>
    /// <param name="canaryColumn">The canary's column of a wide file, or null to find it by its name.</param>
    /// <param name="into">Takes metrics and mistakes.</param>
    public static void Read(string text, string file, string? baselineColumn, string? canaryColumn, SeriesBuilder into)
    {
        using var lines = new StringReader(text);
        if (lines.ReadLine() is not { } header)
        {
            into.Mistake($"{file}: is empty; wanted is a header and a line for each point");
            return;
        }

        var separator = ",;\t".MaxBy(s => header.Count(c => c == s));
        var columns = Split(header.TrimStart('\uFEFF'), separator).Select(c => c.Trim()).ToList();
        var time = columns.FindIndex(c => TimeWords.Contains(c, StringComparer.OrdinalIgnoreCase));
        var (arm, value) = (Find(columns, "arm"), Find(columns, "value"));
        if (arm >= 0 && value >= 0 && baselineColumn is null && canaryColumn is null)
        {
            ReadLong(lines, separator, file, (time, Find(columns, "metric"), arm, value), into);
        }
        else
        {
            ReadWide(lines, separator, file, columns, time, Pairs(columns, file, baselineColumn, canaryColumn, into), into);
        }
    }

    private static void ReadLong(StringReader lines, char separator, string file, (int Time, int Metric, int Arm, int Value) at, SeriesBuilder into)
    {
        var metrics = new OrderedDictionary<string, (List<SeriesPoint> Baseline, List<SeriesPoint> Canary)>(StringComparer.Ordinal);
        var number = 1;
        while (lines.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var cells = Split(line, separator);
            var place = $"{file}:{number}";
            if (!HasCells(cells, Math.Max(Math.Max(at.Time, at.Metric), Math.Max(at.Arm, at.Value)), place, into) || ReadPoint(cells, at.Time, at.Value, place, into) is not { } point)
            {
                if (into.Mistakes.Count >= SeriesLimits.Mistakes)
                {
                    return;
                }

                continue;
            }

            var name = at.Metric >= 0 ? cells[at.Metric].Trim() : NameOf(file);
            if (!metrics.TryGetValue(name, out var arms))
            {
                metrics.Add(name, arms = ([], []));
            }

            if (IsOf(cells[at.Arm], BaselineWords))
            {
                arms.Baseline.Add(point);
            }
            else if (IsOf(cells[at.Arm], CanaryWords))
            {
                arms.Canary.Add(point);
            }
            else if (!into.Mistake($"{place}: the arm is {SeriesTexts.Clip(cells[at.Arm])}; wanted is baseline (control) or canary (experiment)"))
            {
                return;
            }
        }

        foreach (var (name, arms) in metrics)
        {
            into.Add($"{file}: {SeriesTexts.Clip(name)}", name, arms.Baseline, arms.Canary, new());
        }
    }

    private static void ReadWide(
        StringReader lines, char separator, string file, List<string> columns, int time, List<(string Name, int Baseline, int Canary)> pairs, SeriesBuilder into)
    {
        var points = pairs.Select(_ => (Baseline: new List<SeriesPoint>(), Canary: new List<SeriesPoint>())).ToList();
        var number = 1;
        while (pairs.Count > 0 && lines.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var (cells, place) = (Split(line, separator), $"{file}:{number}");
            if (HasCells(cells, columns.Count - 1, place, into) && TryTime(cells, time, place, into, out var at))
            {
                for (var m = 0; m < pairs.Count; m++)
                {
                    Add(points[m].Baseline, ReadValue(cells, at, pairs[m].Baseline, place, into));
                    Add(points[m].Canary, ReadValue(cells, at, pairs[m].Canary, place, into));
                }
            }

            if (into.Mistakes.Count >= SeriesLimits.Mistakes)
            {
                return;
            }
        }

        for (var m = 0; m < pairs.Count; m++)
        {
            into.Add($"{file}: {SeriesTexts.Clip(pairs[m].Name)}", pairs[m].Name, points[m].Baseline, points[m].Canary, new());
        }
    }

    private static void Add(List<SeriesPoint> points, SeriesPoint? point)
    {
        if (point is { } given)
        {
            points.Add(given);
        }
    }

    // Which columns belong together: as told, two that are called baseline and canary, or NAME.baseline beside NAME.canary.
    private static List<(string Name, int Baseline, int Canary)> Pairs(List<string> columns, string file, string? baseline, string? canary, SeriesBuilder into)
    {
        if (baseline is not null || canary is not null)
        {
            var (b, c) = (columns.IndexOf(baseline ?? "baseline"), columns.IndexOf(canary ?? "canary"));
            if (b < 0 || c < 0)
            {
                into.Mistake($"{file}:1: there is no column {(b < 0 ? baseline ?? "baseline" : canary ?? "canary")}; the columns are {Names(columns)}");
                return [];
            }

            return [(NameOf(file), b, c)];
        }

        var pairs = new List<(string, int, int)>();
        for (var b = 0; b < columns.Count; b++)
        {
            if (TryArm(columns[b], BaselineWords, out var name) && columns.FindIndex(o => TryArm(o, CanaryWords, out var other) && other == name) is var c and >= 0)
            {
                pairs.Add((name.Length > 0 ? name : NameOf(file), b, c));
            }
        }

        if (pairs.Count == 0)
        {
            into.Mistake($"{file}:1: the columns are {Names(columns)}; wanted are time,metric,arm,value, or baseline and canary, or NAME.baseline and NAME.canary, or --baseline and --canary");
        }

        return pairs;
    }

    // "latency.baseline", "latency_baseline", "latency:baseline", "latency baseline", or just "baseline" with no name.
    private static bool TryArm(string column, string[] words, out string name)
    {
        foreach (var word in words)
        {
            if (column.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (column.Length == word.Length || ".:_ -/".Contains(column[^(word.Length + 1)])))
            {
                name = column.Length == word.Length ? "" : column[..^(word.Length + 1)];
                return true;
            }
        }

        name = "";
        return false;
    }

    private static SeriesPoint? ReadPoint(List<string> cells, int time, int value, string place, SeriesBuilder into) =>
        TryTime(cells, time, place, into, out var at) ? ReadValue(cells, at, value, place, into) : null;

    private static bool TryTime(List<string> cells, int time, string place, SeriesBuilder into, out double? at)
    {
        at = null;
        if (time < 0)
        {
            return true;
        }

        if (SeriesTexts.TryTime(cells[time].Trim(), out var seconds))
        {
            at = seconds;
            return true;
        }

        into.Mistake($"{place}: the time is {SeriesTexts.Clip(cells[time])}; wanted is {SeriesTexts.WantedTime}");
        return false;
    }

    private static SeriesPoint? ReadValue(List<string> cells, double? at, int value, string place, SeriesBuilder into)
    {
        if (SeriesTexts.TryValue(cells[value], out var number))
        {
            return new(at, number);
        }

        into.Mistake($"{place}: the value is {SeriesTexts.Clip(cells[value])}; wanted is a number, or nothing for a gap");
        return null;
    }

    private static bool HasCells(List<string> cells, int last, string place, SeriesBuilder into)
    {
        if (cells.Count > last)
        {
            return true;
        }

        into.Mistake($"{place}: has {cells.Count} cells; wanted are {last + 1}");
        return false;
    }

    private static List<string> Split(string line, char separator)
    {
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (quoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                    continue;
                }

                quoted = !quoted;
            }
            else if (line[i] == separator && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(line[i]);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }

    private static int Find(List<string> columns, string name) => columns.FindIndex(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsOf(string text, string[] words) => words.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    private static string Names(List<string> columns) => SeriesTexts.Clip(string.Join(", ", columns));

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
