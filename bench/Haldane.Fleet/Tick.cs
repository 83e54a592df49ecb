using System.Diagnostics;
using Haldane.Control.Rollouts;

namespace Haldane.Fleet;

/// <summary>What one look at all rollouts took.</summary>
/// <param name="Wall">From its beginning to its end.</param>
/// <param name="Cpu">Of the whole process, collector and store included.</param>
/// <param name="Allocated">Bytes.</param>
/// <param name="Stages">The stages that all rollouts stand in afterwards, added up: it rises when some move.</param>
internal sealed record Tick(TimeSpan Wall, TimeSpan Cpu, long Allocated, int Stages)
{
    public static async Task<Tick> MeasureAsync(RolloutController controller)
    {
        var (watch, cpu, allocated) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        await controller.TickAsync(CancellationToken.None);
        var (wall, used, made) = (watch.Elapsed, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
        return new(wall, used, made, controller.Rollouts.Sum(r => r.Rollout.Stage));
    }

    /// <summary>Prints those in which few move, and those in which hundreds do, with the tick after, which is the first to touch their new counters.</summary>
    public static void Print(IReadOnlyList<Tick> ticks, int rollouts)
    {
        var moving = ticks.Where((tick, i) => Moves(i) || Moves(i - 1)).ToHashSet();
        Print("of an ordinary tick", [.. ticks.Where(t => !moving.Contains(t))]);
        Print("of a tick in which more than a quarter of all move, or the next", [.. moving]);

        bool Moves(int i) => i > 0 && ticks[i].Stages - ticks[i - 1].Stages > rollouts / 4;
    }

    private static void Print(string what, IReadOnlyList<Tick> ticks)
    {
        if (ticks.Count == 0)
        {
            return;
        }

        Console.WriteLine($"| {what} ({ticks.Count} of them) | p50 | p99 | most |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        Row("CPU, ms", t => t.Cpu.TotalMilliseconds);
        Row("wall, ms", t => t.Wall.TotalMilliseconds);
        Row("allocated, MB", t => t.Allocated / 1e6);

        void Row(string name, Func<Tick, double> of)
        {
            double[] sorted = [.. ticks.Select(of).Order()];
            Console.WriteLine($"| {name} | {At(0.5):0} | {At(0.99):0} | {sorted[^1]:0} |");

            double At(double quantile) => sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1];
        }
    }
}
