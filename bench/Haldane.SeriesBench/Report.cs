using System.Diagnostics;
using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;
using Haldane.Series.Set;
using MathNet.Numerics.Distributions;

namespace Haldane.Series;

/// <summary>What the judge and Kayenta's rule say on the labelled set, as a page.</summary>
internal static class Report
{
    private const int MoreAlike = 5;

    private static readonly double[] Units = [1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9];

    public static void Write(int seed, int each, TextWriter page, TextWriter progress)
    {
        var known = Judge(LabelledSet.Draw(seed, each, LabelledSet.Families, LabelledSet.Lengths), progress);
        var held = Judge(LabelledSet.Draw(seed, each, LabelledSet.HeldOut, LabelledSet.Lengths), progress);
        page.WriteLine($"Seed {seed}, {each} of each family, noise and length: {known.Count + held.Count:N0} cases; lengths {string.Join(", ", LabelledSet.Lengths)}; "
            + $"noises {string.Join(", ", Enum.GetNames<NoiseKind>())}. Every rate with `--false-rollback 1% --false-promotion 5%`, no hints but in \"improvement\" and \"better and calmer\".\n");
        page.WriteLine("## All families\n");
        page.WriteLine("Fail is the positive answer. Undecided counts as not failing in the first three columns; the last two show what it hides.\n");
        page.WriteLine("| set | cases | accuracy | precision | recall | Kayenta: accuracy | precision | recall | bad cases that passed | harmless cases that passed |");
        page.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        Whole(page, "families the judge was made with, fresh seed", known);
        Whole(page, "families it was not made with", held);
        Families(page, "Families the judge was made with (fresh seed)", known);
        Families(page, "Families it was not made with", held);
        Alarms(page, Judge(LabelledSet.Draw(seed + 100, MoreAlike * each, LabelledSet.Alike, LabelledSet.Lengths), progress));
        By(page, "noise", [.. known, .. held], r => r.Case.Noise.ToString());
        By(page, "length", [.. known, .. held], r => $"{r.Case.Length:N0}");
        Unit(page, seed);
        Speed(page);
    }

    private static List<Result> Judge(IEnumerable<LabelledCase> cases, TextWriter progress)
    {
        var all = cases.ToList();
        var results = new Result[all.Count];
        var (judge, clock) = (new SeriesJudge(), Stopwatch.StartNew());
        Parallel.For(0, all.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
            results[i] = new(all[i], judge.Judge(new() { Metrics = all[i].Metrics }, default), KayentaRule.Fails(all[i])));
        progress.WriteLine($"{all.Count} cases in {clock.Elapsed.TotalSeconds:0} s");
        return [.. results];
    }

    private static void Whole(TextWriter page, string name, List<Result> results)
    {
        var (ours, theirs) = (Rates(results, r => r.Fails), Rates(results, r => r.Kayenta));
        page.WriteLine($"| {name} | {results.Count:N0} | {ours} | {theirs} "
            + $"| {Part(results.Where(r => r.Case.IsBad), r => r.Passes)} | {Part(results.Where(r => !r.Case.IsBad), r => r.Passes)} |");
    }

    private static string Rates(List<Result> results, Func<Result, bool> fails)
    {
        double right = results.Count(r => fails(r) == r.Case.IsBad), hits = results.Count(r => fails(r) && r.Case.IsBad);
        return $"{right / results.Count:0.000} | {hits / results.Count(fails):0.000} | {hits / results.Count(r => r.Case.IsBad):0.000}";
    }

    private static void Families(TextWriter page, string title, List<Result> results)
    {
        page.WriteLine($"\n## {title}\n");
        page.WriteLine("| family | should | cases | right | Fail | Undecided | Pass | Kayenta right | named |");
        page.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        foreach (var family in results.GroupBy(r => r.Case.Family))
        {
            var named = family.Where(r => r.Fails).GroupBy(r => r.Said.Aspect).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()}");
            page.WriteLine($"| {family.Key} | {(family.First().Case.IsBad ? "fail" : "not fail")} | {family.Count()} | {Part(family, r => r.Fails == r.Case.IsBad)} | {Part(family, r => r.Fails)} "
                + $"| {Part(family, r => !r.Fails && !r.Passes)} | {Part(family, r => r.Passes)} | {Part(family, r => r.Kayenta == r.Case.IsBad)} | {string.Join(", ", named)} |");
        }
    }

    // Exact interval: Clopper and Pearson, Biometrika 26 (1934).
    private static void Alarms(TextWriter page, List<Result> results)
    {
        page.WriteLine("\n## False alarms where both arms are drawn alike, against the promise of 1 %\n\nA draw of its own, larger.\n");
        page.WriteLine("| family | cases | false alarms | 95 % interval | Kayenta |");
        page.WriteLine("| --- | ---: | ---: | --- | ---: |");
        foreach (var (name, some) in results.GroupBy(r => r.Case.Family).Select(g => (g.Key, g.ToList())).Append(("all of them", results)))
        {
            int n = some.Count, k = some.Count(r => r.Fails);
            var (low, high) = (k == 0 ? 0 : Beta.InvCDF(k, n - k + 1, 0.025), k == n ? 1 : Beta.InvCDF(k + 1, n - k, 0.975));
            page.WriteLine($"| {name} | {n} | {k} | {low:0.0 %} to {high:0.0 %} | {some.Count(r => r.Kayenta)} |");
        }
    }

    private static void By(TextWriter page, string what, List<Result> results, Func<Result, string> key)
    {
        page.WriteLine($"\n## By {what}\n");
        page.WriteLine($"| {what} | bad: failed | bad: passed | harmless: failed | harmless: passed | Kayenta, bad: failed | Kayenta, harmless: failed |");
        page.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var group in results.GroupBy(key))
        {
            var (bad, fine) = (group.Where(r => r.Case.IsBad).ToList(), group.Where(r => !r.Case.IsBad).ToList());
            page.WriteLine($"| {group.Key} | {Part(bad, r => r.Fails)} | {Part(bad, r => r.Passes)} | {Part(fine, r => r.Fails)} | {Part(fine, r => r.Passes)} | {Part(bad, r => r.Kayenta)} | {Part(fine, r => r.Kayenta)} |");
        }
    }

    private static void Unit(TextWriter page, int seed)
    {
        var cases = LabelledSet.Draw(seed + 1, 1, [.. LabelledSet.Families, .. LabelledSet.HeldOut], [60, 120]).ToList();
        var judge = new SeriesJudge();
        var changed = cases.Sum(c => Units.Count(u => Essence(c) != Essence(c.InUnit(u))));
        page.WriteLine($"\n## Units\n\n{cases.Count} cases, each judged again in units of {string.Join(", ", Units.Select(u => u.ToString("0e0")))}: "
            + $"{changed} of {cases.Count * Units.Length:N0} answers changed (verdict, aspect, p-values and estimates compared to the last bit).");

        string Essence(LabelledCase c)
        {
            var said = judge.Judge(new() { Metrics = c.Metrics }, default);
            return $"{said.Verdict} {said.Aspect} {said.JointPValue:R} {string.Join(' ', said.Metrics.Select(m => $"{m.Kind} {m.Aspect} {m.PValue:R} {m.PassPValue:R} {m.Estimate:R} {m.ShiftInNoise:R}"))}";
        }
    }

    private static void Speed(TextWriter page)
    {
        page.WriteLine("\n## Time for one metric, one thread, mean of ten\n\n| points in each arm | nothing wrong | a shift |\n| ---: | ---: | ---: |");
        foreach (var length in new[] { 60, 1_000, 5_000, 20_000 })
        {
            page.WriteLine($"| {length:N0} | {Milliseconds("no change", length):0.0} ms | {Milliseconds("level", length):0.0} ms |");
        }

        static double Milliseconds(string family, int length)
        {
            var (judge, cases) = (new SeriesJudge(), LabelledSet.Draw(4, 2, [family], [length]).Take(10).ToList());
            _ = judge.Judge(new() { Metrics = cases[0].Metrics }, default);
            var clock = Stopwatch.StartNew();
            foreach (var one in cases)
            {
                _ = judge.Judge(new() { Metrics = one.Metrics }, default);
            }

            return clock.Elapsed.TotalMilliseconds / cases.Count;
        }
    }

    private static string Part(IEnumerable<Result> results, Func<Result, bool> which)
    {
        var all = results.ToList();
        return all.Count == 0 ? "-" : (all.Count(which) / (double)all.Count).ToString("0.000");
    }

    private sealed record Result(LabelledCase Case, SeriesVerdict Said, bool Kayenta)
    {
        public bool Fails => Said.Verdict == VerdictKind.Fail;

        public bool Passes => Said.Verdict == VerdictKind.Pass;
    }
}
