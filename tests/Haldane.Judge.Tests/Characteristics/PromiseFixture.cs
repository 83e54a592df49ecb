using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>Simulates a guard at its lines, where errors are most likely, and beyond them, where it must decide.</summary>
public abstract class PromiseFixture(ITestOutputHelper output)
{
    /// <summary>Streams for each error.</summary>
    protected const int Count = 400;

    /// <summary>What was measured.</summary>
    protected ITestOutputHelper Output { get; } = output;

    /// <summary>At most 5 % false Fail at the fine line and 5 % false Pass at the bad line, but for what sampling alone may show.</summary>
    protected void Hold(
        string what, GuardSpec guard, int[] shares, int slices, Func<Random, int, int, EvidenceSlice> fine, Func<Random, int, int, EvidenceSlice> bad)
    {
        var fails = Streams.Run(guard, shares, Count, slices, fine).Fails;
        var passes = Streams.Run(guard, shares, Count, slices, bad).Passes;
        Output.WriteLine($"{what}, {Count} streams of {slices} slices, seeds 1..{Count}: "
            + $"false Fail at fine {100.0 * fails / Count:0.0} %, false Pass at bad {100.0 * passes / Count:0.0} %");
        Assert.True(Math.Max(fails, passes) <= Streams.Allowed(Count) * Count);
    }

    /// <summary>Nine of ten streams are decided, half of them within so many slices.</summary>
    protected void Decide(string what, VerdictKind kind, GuardSpec guard, int share, int within, Func<Random, int, int, EvidenceSlice> world)
    {
        const int streams = 50, slices = 100;
        var ends = Streams.Ends(kind, guard, [share], streams, slices, world);
        Output.WriteLine($"{what}: {kind} in {ends.Count} of {streams}, median slice {(ends.Count > 0 ? ends[ends.Count / 2] : 0)}, last {ends.LastOrDefault()}");
        Assert.True(ends.Count >= 0.9 * streams);
        Assert.True(ends[ends.Count / 2] <= within);
    }
}
