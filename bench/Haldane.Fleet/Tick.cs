using System.Diagnostics;
using Haldane.Control.Rollouts;

namespace Haldane.Fleet;

/// <summary>What one look at all rollouts took.</summary>
/// <param name="Wall">From its beginning to its end.</param>
/// <param name="Cpu">Of the whole process, collector and store included.</param>
/// <param name="Allocated">Bytes.</param>
internal sealed record Tick(TimeSpan Wall, TimeSpan Cpu, long Allocated)
{
    public static async Task<Tick> MeasureAsync(RolloutController controller)
    {
        var (watch, cpu, allocated) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        await controller.TickAsync(CancellationToken.None);
        return new(watch.Elapsed, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
    }

    public static void Print(IReadOnlyList<Tick> ticks)
    {
        Console.WriteLine("| of a tick | p50 | p99 | most |");
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
