using System.Diagnostics;

namespace Haldane.CrashHost;

/// <summary>Ends the process with SIGKILL when it has come to a point so many times. Any thread.</summary>
internal sealed class Death(string point, int times)
{
    private int _left = times;

    /// <summary>Tells that the process has come to a point.</summary>
    public void Reach(string reached)
    {
        if (reached == point && Interlocked.Decrement(ref _left) == 0)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            using var never = new ManualResetEventSlim();
            never.Wait(); // the signal is on its way: nothing more may happen on this thread
        }
    }
}
