using System.Diagnostics;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>Waits for what happens beside the caller.</summary>
internal static class Soon
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Looks again and again until it holds, and fails when it does not in time.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        for (var since = Stopwatch.GetTimestamp(); !condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, "it did not come to hold in time");
            await Task.Delay(5);
        }
    }
}
