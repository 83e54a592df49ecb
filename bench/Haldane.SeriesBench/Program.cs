using System.Diagnostics;
using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;
using Haldane.Series.Set;

var seed = args.Length > 0 ? int.Parse(args[0]) : 1;
var each = args.Length > 1 ? int.Parse(args[1]) : 1;
var only = args.Length > 2 ? args[2] == "held" ? LabelledSet.HeldOut : args[2] == "all" ? LabelledSet.Families : args[2].Split(';') : LabelledSet.Families;
int[] lengths = args.Length > 3 ? [.. args[3].Split(',').Select(int.Parse)] : [30, 60, 120, 500];
var judge = new SeriesJudge();
var all = LabelledSet.Draw(seed, each, only, lengths).ToList();
var clock = Stopwatch.StartNew();
var results = new (LabelledCase Case, SeriesVerdict Said, bool Kayenta)[all.Count];
Parallel.For(0, all.Count, new() { MaxDegreeOfParallelism = 2 }, i => results[i] = (all[i], judge.Judge(new() { Metrics = all[i].Metrics }, default), KayentaRule.Fails(all[i])));
Console.WriteLine($"{all.Count} cases, {clock.Elapsed.TotalSeconds:0.0} s");
foreach (var family in results.GroupBy(r => r.Case.Family))
{
    Console.WriteLine($"{family.Key,-28} bad={family.First().Case.IsBad} n={family.Count()} right={family.Average(r => (r.Said.Verdict == VerdictKind.Fail) == r.Case.IsBad ? 1.0 : 0):0.000} pass={family.Average(r => r.Said.Verdict == VerdictKind.Pass ? 1.0 : 0):0.000} kayenta={family.Average(r => r.Kayenta == r.Case.IsBad ? 1.0 : 0):0.000}   "
        + string.Join(" ", family.GroupBy(r => r.Case.Length).Select(g => $"{g.Key}:{g.Average(r => (r.Said.Verdict == VerdictKind.Fail) == r.Case.IsBad ? 1.0 : 0):0.00}/{g.Average(r => r.Said.Verdict == VerdictKind.Pass ? 1.0 : 0):0.00}"))
        + "   " + string.Join(" ", family.GroupBy(r => r.Case.Noise).Select(g => $"{g.Key.ToString()[..3]}:{g.Average(r => (r.Said.Verdict == VerdictKind.Fail) == r.Case.IsBad ? 1.0 : 0):0.00}"))
        + "   " + string.Join(" ", family.Where(r => r.Said.Verdict == VerdictKind.Fail).GroupBy(r => r.Said.Aspect).Select(g => $"{g.Key}={g.Count()}")));
}
if (args.Length > 4)
{
    foreach (var r in results.Where(r => (r.Said.Verdict == VerdictKind.Fail) != r.Case.IsBad || (!r.Case.IsBad && r.Said.Verdict != VerdictKind.Pass)).Take(int.Parse(args[4])))
    {
        Console.WriteLine($"{r.Case.Family} {r.Case.Noise} {r.Case.Length}: {r.Said.Verdict} {string.Join(" | ", r.Said.Metrics.Take(2).Select(m => $"{m.Aspect} p={m.PValue:0.0000} passP={m.PassPValue:0.000} est={m.ShiftInNoise:0.00}sd spread={m.SpreadRatio:0.00} eff={m.EffectiveCount} healed={m.Healed:0.00}"))}");
    }
}
