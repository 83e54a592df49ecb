using System.Globalization;
using System.Text;
using Haldane.Characteristics.Report;

namespace Haldane.Characteristics.Peers;

/// <summary>Our judge and the peers' rules on the same streams: tables and pictures.</summary>
internal static class PeersReport
{
    private static readonly int[] Shares = [10, 50];

    /// <summary>Runs every world and writes the section and its pictures.</summary>
    public static void Write(Options options, Progress progress)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            ## Peers' decision rules on the same streams

            One stage of two hours; 200 requests a second; {options.Runs} streams of each harm, {options.Nulls} without. Baseline: 1 % errors, p99 320 ms, 90 % right (three answers in ten are labelled,
            a minute later), 30 % in the first of two classes, eight equal segments. Ours: five guards (errors 1.5 x with a floor of 0.1 %, p99 1.1 x, p99 limit 1 s, drift 0.05 bits, accuracy 2 points)
            over everyone and all segments, `falseRollback: 1%`, `falsePromotion: 5%`, bake 10 minutes; it ends as soon as it knows. The peers see each minute's totals of four metrics (errors, p99,
            wrong labels, first class: we grant them the last two, which their users would have to export); they promote after two hours. Argo measures over 5 minutes (failureLimit 3 as in its examples, 0
            is its default), Flagger over 1 minute, both on the canary alone. Their thresholds stand at our bad lines on top of the baseline's true level on a quiet day, which a user would have to know
            (1.5 % errors, 352 ms, 12 % wrong), or `wide`, as somebody sets them who has seen the worst hour (3 %, 480 ms, 15 %); both with 9 to 56 % of the first class. Kayenta: points of a minute, growing
            window, judged at 50 points and every 10 minutes from there, all defaults. Labels reach the peers at once. `restless`: load, errors and latency follow the hour, incidents strike both arms, servers stand still now and then; nothing differs between the versions.
            Harmed requests: those of the canary that ended worse than on the baseline (failed; slower than its p99; wrong; another class), until taken back. Three times the errors in one segment are 1.25 times for everyone, within the
            margin: `falsePromotion` is about everyone, and a segment can take a canary back, but not keep it from passing.


            """);
        foreach (var share in Shares)
        {
            Section(page, options, progress, share);
        }

        page.Append(string.Concat(Shares.Select(share =>
            $"![How soon and how often in vain, share {share} %](peers-{share}.svg)\n\n![Streams taken back by canary requests, share {share} %](found-{share}.svg)\n\n")));
        ResultsFile.Put(options.Folder, "peers", page.ToString());
    }

    private static void Section(StringBuilder page, Options options, Progress progress, int share)
    {
        var results = Harm.All.Select((harm, h) => Comparison.Run(harm, share, 100_000 * (100 * share + h), harm.IsHarm ? options.Runs : options.Nulls, progress)).ToArray();
        page.Append(CultureInfo.InvariantCulture, $"### Share {share} %: false rollbacks\n\n| rule | {string.Join(" | ", Harm.All.Where(h => !h.IsHarm).Select(h => h.Name))} | promoted, no change |\n| --- | --- | --- | --- |\n");
        for (var r = 0; r < Comparison.Rules.Length; r++)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {Comparison.Rules[r].Name} | {Taken(results[0][r])} | {Taken(results[1][r])} | {Exact.Rate(results[0][r].Promoted, results[0][r].Streams)} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"\n### Share {share} %: harm\n\n| harm | rule | taken back | median canary requests | median harmed requests | promoted though bad | beside ours |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        for (var h = 0; h < Harm.All.Length; h++)
        {
            for (var r = 0; r < Comparison.Rules.Length && Harm.All[h].IsHarm; r++)
            {
                var (end, ours) = (results[h][r], results[h][0]);
                page.Append(CultureInfo.InvariantCulture, $"| {Harm.All[h].Name} | {Comparison.Rules[r].Name} | {Exact.Rate(end.TakenBack, end.Streams)} | {Exact.Count(end.MedianRequests)} | {Exact.Count(end.MedianRequests * Harm.All[h].HarmedPart)} | {Exact.Rate(end.Promoted, end.Streams)} | {Beside(r, end, ours, results)} |\n");
            }
        }

        page.Append('\n');
        PeersPicture.Write(options.Folder, share, results);
    }

    private static string Taken(RuleSummary summary) => Exact.Rate(summary.TakenBack, summary.Streams);

    // Plain words where a peer is sooner, with its price.
    private static string Beside(int rule, RuleSummary end, RuleSummary ours, RuleSummary[][] results)
    {
        if (rule == 0)
        {
            return "";
        }

        if (end.MedianRequests is not { } theirs)
        {
            return ours.MedianRequests is null ? "neither" : "misses it in most streams";
        }

        if (ours.MedianRequests is not { } mine)
        {
            return "found where ours is not";
        }

        var worst = Math.Max(results[0][rule].Rate, results[1][rule].Rate);
        var factor = (Math.Max(theirs, mine) / Math.Min(theirs, mine)).ToString("0.0", CultureInfo.InvariantCulture);
        return theirs < mine
            ? $"{factor} x sooner, at {(100 * worst).ToString("0.0", CultureInfo.InvariantCulture)} % false rollbacks"
            : $"{factor} x later";
    }
}
