using Haldane.Characteristics.Rules;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>The three rules of evidence: ours keeps its promise, and the naive way, which breaks the rule, is shown to fail on the very same streams.</summary>
public sealed class RulesOfEvidenceTests(ITestOutputHelper output)
{
    // A way that called a good canary worse this much more often than its level is no way.
    private const double Fails = 0.10;

    public static TheoryData<string> Names => [.. RuleOfEvidence.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Keeping_the_rule_holds_and_breaking_it_calls_good_canaries_worse(string name)
    {
        var streams = TightLevelTests.IsAsked ? 4000 : 200;
        var rule = RuleOfEvidence.All.Single(r => r.Name == name);

        var ends = new bool[streams][];
        Parallel.For(0, streams, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => ends[i] = rule.Run(new Random(i + 1)));

        for (var way = 0; way < rule.Ways.Length; way++)
        {
            var worse = ends.Count(e => e[way]) / (double)streams;
            output.WriteLine($"{rule.Name}, {rule.Ways[way]}: called worse in {worse:0.0 %} of {streams} streams, seeds 1..{streams}");
            Assert.True(way == 0 ? worse <= Streams.Allowed(streams) : worse > Fails, $"{rule.Ways[way]}: {worse:0.0 %}");
        }
    }
}
