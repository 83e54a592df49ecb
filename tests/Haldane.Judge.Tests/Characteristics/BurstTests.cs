using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>Processes stand still for a moment now and then: all answers of that moment are slow together, and that is one event, not a hundred.</summary>
public sealed class BurstTests(ITestOutputHelper output)
{
    private const int Count = 300;
    private const int PerSlice = 1_000;
    private const int Stall = 130; // buckets: 4.7 times as slow

    private static readonly AliasTable Usual = Latencies.LogNormal(0.02, 0.25);

    [Theory]
    [InlineData(0.05, 100)]
    [InlineData(0.15, 60)]
    [InlineData(0.02, 400)]
    public void A_process_that_stands_still_now_and_then_is_not_a_slow_canary(double chance, int answers)
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.99);

        var outcome = Streams.Run(guard, [50], Count, 40, (r, n, s) => Slices.Slice(n, s, 50, Arm(r, chance, answers), Arm(r, chance, answers)));

        output.WriteLine($"both arms stand still in {chance:P0} of the seconds, {answers} of {PerSlice} answers each: {outcome}");
        Assert.True(outcome.Fails <= Streams.Allowed(Count) * Count, outcome.ToString());
    }

    [Fact]
    public void One_long_stall_of_the_canary_alone_decides_nothing()
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.99);

        var outcome = Streams.Run(guard, [50], Count, 30, (r, n, s) => Slices.Slice(n, s, 50, Arm(r, 0, 0), Arm(r, n == 12 ? 1 : 0, 300)));

        output.WriteLine($"one stall of 300 answers in second 12: {outcome}");
        Assert.Equal(0, outcome.Fails);
    }

    [Fact]
    public void An_absolute_limit_is_not_broken_by_one_stall_either()
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Value, 0.08, 0.99);

        var outcome = Streams.Run(guard, [50], Count, 30, (r, n, s) => Slices.Slice(n, s, 50, Arm(r, 0, 0), Arm(r, n == 12 ? 1 : 0, 800)));

        output.WriteLine($"one stall of 800 answers over the limit in second 12: {outcome}");
        Assert.Equal(0, outcome.Fails);
    }

    private static CellEvidence Arm(Random random, double chance, int answers)
    {
        if (random.NextDouble() >= chance)
        {
            return Streams.Latency(random, PerSlice, Usual);
        }

        CellEvidence usual = Streams.Latency(random, PerSlice - answers, Usual), slow = Streams.Latency(random, answers, Usual, Stall);
        var buckets = new SortedDictionary<int, long>();
        foreach (var part in new[] { usual.Latency, slow.Latency })
        {
            for (var i = 0; i < part.Buckets.Count; i++)
            {
                buckets[part.Buckets[i]] = buckets.GetValueOrDefault(part.Buckets[i]) + part.Counts[i];
            }
        }

        return new() { Exchanges = PerSlice, Latency = new(buckets.Keys.ToValueList(), buckets.Values.ToValueList()) };
    }
}
