using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Screens;

/// <summary>A line for each change of a rollout, for where there is no terminal to draw on. One thread.</summary>
internal sealed class RolloutLines
{
    private Rollout? _last;

    /// <summary>The line on a view; null when nothing has changed that is worth one.</summary>
    public string? Next(RolloutView view)
    {
        var (before, now) = (_last, view.Rollout);
        _last = now;
        return before?.Phase == now.Phase && before.Stage == now.Stage && before.Hold == now.Hold && before.Run == now.Run
            ? null
            : $"{now.Name} {now.Phase} {now.CanaryShare}: {Guard(now)}{now.Reason}";
    }

    private static string Guard(Rollout rollout) =>
        rollout is { Phase: Phase.RolledBack or Phase.Returning, Guard: { } guard } ? $"guard {guard}{(rollout.Segment is { } segment ? $" in {segment}" : "")} failed: " : "";
}
