using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args is ["--memory"])
{
    System.Console.WriteLine($"the judge of a rollout of 12 guards x 21 cells holds {Haldane.Benchmarks.JudgeTick.Megabytes():0.00} MB");
    return;
}

// In this process: a generated project would be built under our own strict rules, which its code does not keep.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithArtifactsPath("artifacts/benchmarks");
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
