using Haldane.Connect.Processes;
using Haldane.Core.Ports;

namespace Haldane.Connect.Tests.Processes;

/// <summary>What real processes use.</summary>
public sealed class UsageTests
{
    private const long Held = 48 << 20;

    [Fact]
    public async Task What_a_child_works_and_holds_is_the_versions()
    {
        using var host = new ProcessHost(null);

        // tail keeps what it was given, for it may be the last line.
        using var process = host.Start("fraud/v2", new(["sh", "-c", $"(head -c {Held} /dev/zero; sleep 60) | tail -n 1 & while :; do :; done & wait"]));
        await UntilAsync(() => process.Usage() is { CpuSeconds: > 0.3, Bytes: > Held });
        var first = process.Usage()!.Value;
        await UntilAsync(() => process.Usage()!.Value.CpuSeconds >= first.CpuSeconds + 0.1);

        process.Kill();
        await process.Ended;

        Assert.InRange(first.Bytes, Held, 2 * Held);
        Assert.Null(process.Usage());
    }

    [Fact]
    public async Task The_work_of_children_that_have_ended_is_not_lost()
    {
        var done = Path.GetTempFileName();
        using var host = new ProcessHost(null);
        using var process = host.Start("fraud/v2", new(["sh", "-c", $"sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; rm {done}; exec sleep 60"]));
        await UntilAsync(() => !File.Exists(done));

        Assert.InRange(process.Usage()!.Value.CpuSeconds, 0.1, 60);
    }

    [Fact]
    public void A_control_group_counts_by_itself()
    {
        var root = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // As the kernel would lay it out.
            File.WriteAllText(Path.Combine(root, "cgroup.controllers"), "cpu memory");
            var group = ControlGroup.Make(root, "fraud/v2", null, 1 << 30);
            var gone = group.Usage();
            File.WriteAllText(Path.Combine(root, "fraud_v2", "cpu.stat"), "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n");
            File.WriteAllText(Path.Combine(root, "fraud_v2", "memory.current"), "73400320\n");

            Assert.Null(gone);
            Assert.Equal(new ProcessUsage(2.5, 70 << 20), group.Usage());
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
