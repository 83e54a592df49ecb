using System.Globalization;
using System.Text;
using Haldane.Characteristics.Report;

namespace Haldane.Characteristics.Cells;

/// <summary>Our judge in the cells of the reference simulations, beside their figures.</summary>
internal static class CellsReport
{
    // Beyond this many standard errors a difference is not taken for chance; there are some sixty comparisons.
    private const double Noise = 3;

    // Streams at the line of latency, which are long; the reference has 1,000 and 800.
    private const int MostAtLine = 2000;

    /// <summary>Runs the cells of the error rate and writes their section.</summary>
    public static void WriteErrors(Options options, Progress progress)
    {
        var page = Begin(options.Runs, options.Nulls, "Error rate in the cells of the reference simulations", "fine = 1.0, a look after every 100 requests");
        var behind = new List<string>();
        page.Append("| ratio | share | base rate | ours | capped | arm label | capped | asymptotic | capped | behind arm label |\n");
        page.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var (index, cell) in ErrorCells.All().Index())
        {
            var ours = ErrorCells.Run(cell, index, cell.Ratio == 1 ? options.Nulls : options.Runs, progress);
            var where = $"{Number(cell.Ratio)} | {cell.SharePercent} % | {Number(100 * cell.Rate)} %";
            Row(page, behind, where, cell.Ratio == 1, ours, ErrorCells.Horizon, cell.Label, cell.Normal, cell.Label.Behind(ours, ErrorCells.Horizon));
        }

        End(options, "errors", page, behind);
    }

    /// <summary>Runs the cells of latency quantiles and writes their section.</summary>
    public static void WriteLatencies(Options options, Progress progress)
    {
        var page = Begin(options.Runs, Math.Min(options.Nulls, MostAtLine), "Latency quantiles in the cells of the reference simulations", "fine = 1.1, a look after every 1,000 requests, which come in ten slices");
        var behind = new List<string>();
        page.Append("| ratio | sigma | share | quantile | ours | capped | exact | capped | asymptotic | capped | behind the better |\n");
        page.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var (index, cell) in LatencyCells.All().Index())
        {
            var isNull = cell.Ratio == LatencyCells.Line;
            var ours = LatencyCells.Run(cell, index, isNull ? Math.Min(options.Nulls, MostAtLine) : options.Runs, progress);
            var where = $"{Number(cell.Ratio)} | {Number(cell.Sigma)} | {cell.SharePercent} % | p{100 * cell.Quantile:0}";
            var worst = cell.Exact.Behind(ours, LatencyCells.Horizon);
            worst = cell.Normal is { } normal ? Math.Max(worst, normal.Behind(ours, LatencyCells.Horizon)) : worst;
            Row(page, behind, where, isNull, ours, LatencyCells.Horizon, cell.Exact, cell.Normal, worst);
        }

        End(options, "latencies", page, behind);
    }

    private static StringBuilder Begin(int runs, int nulls, string title, string design) => new($"""
        ## {title}

        One guard ({design}), one stage, `falseRollback: 5%`. Each figure: part of the streams in which Fail was proven within 100,000 requests / mean requests of those. `capped` is the mean
        over all streams of requests to Fail or to 100,000: one number for both. Ours: {runs} streams with harm, {nulls} at the line. `behind`: by how many standard errors
        ours needs more (negative: fewer) requests, by `capped`; more than {Noise} counts as worse.


        """);

    private static void End(Options options, string section, StringBuilder page, List<string> behind)
    {
        page.Append(behind.Count == 0
            ? "\nOurs is behind in no cell by more than noise.\n"
            : $"\nBehind by more than noise in {behind.Count} cells: {string.Join("; ", behind)}.\n");
        ResultsFile.Put(options.Folder, section, page.ToString());
    }

    private static void Row(
        StringBuilder page, List<string> behind, string where, bool isNull, CellSummary ours, int horizon, Published first, Published? second, double worst)
    {
        page.Append(CultureInfo.InvariantCulture, $"| {where} | {ours.Rate:0.000} / {Mean(ours.Found, ours.MeanFound)} | {(isNull ? "" : Mean(1, ours.Capped))} | ");
        page.Append(CultureInfo.InvariantCulture, $"{Figure(first, isNull)} | {(isNull ? "" : Mean(1, first.Capped(horizon)))} | ");
        page.Append(CultureInfo.InvariantCulture, $"{(second is { } s ? Figure(s, isNull) : "not run")} | {(isNull || second is null ? "" : Mean(1, second.Value.Capped(horizon)))} | ");
        page.Append(CultureInfo.InvariantCulture, $"{(isNull ? "false alarms" : worst.ToString("0.0", CultureInfo.InvariantCulture))} |\n");
        if (!isNull && worst > Noise)
        {
            behind.Add($"{where.Replace(" |", ",", StringComparison.Ordinal)} ({worst.ToString("0.0", CultureInfo.InvariantCulture)})");
        }
    }

    private static string Figure(Published published, bool isNull) => isNull
        ? published.Rate.ToString("0.000", CultureInfo.InvariantCulture)
        : $"{published.Rate.ToString("0.000", CultureInfo.InvariantCulture)} / {Mean(published.Rate > 0 ? 1 : 0, published.MeanFound)}";

    private static string Mean(int found, double mean) => found == 0 ? "-" : mean.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
