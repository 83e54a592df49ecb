using System.Globalization;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Haldane.Screens;

/// <summary>Draws rollouts for the terminal. Pure: a view in, a picture out.</summary>
internal static class RolloutScreen
{
    private const int BarWidth = 40;

    /// <summary>The whole of one rollout.</summary>
    public static IRenderable Of(RolloutView view) => new Rows(
    [
        Heading(view.Rollout),
        new Markup(Bar(view.Rollout)),
        new Markup(Numbers(view)),
        .. view.Ejection is { } ejection ? [Dead(ejection)] : Array.Empty<IRenderable>(),
        Guards(view),
    ]);

    /// <summary>One line for each rollout.</summary>
    public static Table List(IReadOnlyList<RolloutView> views)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("rollout", "model", "phase", "share", "stage", "why");
        foreach (var rollout in views.Select(v => v.Rollout))
        {
            table.AddRow(
                new Markup(Markup.Escape(rollout.Name)),
                new Markup(Markup.Escape(rollout.Spec.Model)),
                new Markup(Phase(rollout.Phase)),
                new Markup(rollout.CanaryShare.ToString()),
                new Markup($"{rollout.Stage + 1}/{rollout.Spec.Stages.Count}"),
                new Markup(Markup.Escape(rollout.Reason)));
        }

        return table;
    }

    /// <summary>The guards with their verdicts.</summary>
    public static Table Guards(RolloutView view)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("guard", "verdict", "canary", "n", "evidence");
        foreach (var verdict in view.Judgement?.Verdicts ?? [])
        {
            table.AddRow(
                new Markup(Markup.Escape(verdict.Guard)),
                new Markup(Kind(verdict.Kind)),
                new Markup(verdict.CanaryCount.ToString("N0", CultureInfo.InvariantCulture)),
                new Markup(verdict.BaselineCount.ToString("N0", CultureInfo.InvariantCulture)),
                new Markup(Markup.Escape(verdict.Segment is null ? verdict.Reason : $"{verdict.Segment}: {verdict.Reason}")
                    + string.Concat(PackWords.Beside(verdict, view is { Rollout.Phase: Core.Rollouts.Phase.Running, Judgement.NoData: null }).Select(beside => $"\n[grey]{Markup.Escape(beside)}[/]"))));
        }

        table.Columns[2].Header("n canary").RightAligned();
        table.Columns[3].Header("n baseline").RightAligned();
        return table;
    }

    /// <summary>A verdict in its colour; the word carries the meaning.</summary>
    public static string Kind(VerdictKind kind) => kind switch
    {
        VerdictKind.Pass => "[green]Pass[/]",
        VerdictKind.Fail => "[red bold]Fail[/]",
        VerdictKind.Broken => "[magenta bold]Broken[/]",
        VerdictKind.NoData => "[yellow]NoData[/]",
        _ => "[grey]Undecided[/]",
    };

    private static Markup Heading(Rollout rollout) => new(
        $"[bold]{Markup.Escape(rollout.Name)}[/]: {Markup.Escape(rollout.Spec.Model)} from {Markup.Escape(rollout.Spec.Baseline)} "
        + $"to {Markup.Escape(rollout.Spec.Canary)}   {Phase(rollout.Phase)}   {Markup.Escape(rollout.Reason)}");

    private static Markup Dead(Ejection ejection) =>
        new($"[red bold]canary ejected[/] {ejection.For.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s ago, the baseline serves its callers: {Markup.Escape(ejection.Sentence)}");

    private static string Phase(Phase phase) => phase switch
    {
        Core.Rollouts.Phase.Promoted => "[green bold]Promoted[/]",
        Core.Rollouts.Phase.RolledBack => "[red bold]RolledBack[/]",
        Core.Rollouts.Phase.Running => "[blue bold]Running[/]",
        Core.Rollouts.Phase.Returning => "[red bold]Returning[/]",
        Core.Rollouts.Phase.Concluded => "[green bold]Concluded[/]",
        _ => "[grey]Draft[/]",
    };

    private static string Bar(Rollout rollout)
    {
        var share = rollout.CanaryShare;
        var filled = share == Share.None ? 0 : Math.Max(1, (int)Math.Round(share.Fraction * BarWidth));
        var stages = string.Join(" → ", rollout.Spec.Stages.Select((s, i) =>
            rollout.Phase == Core.Rollouts.Phase.Running && i == rollout.Stage ? $"[bold underline]{s}[/]" : $"[grey]{s}[/]"));
        return $"canary [yellow]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/] {share,-6} {stages}"
            + (rollout.Spec.Stages[^1].Kind == StageKind.Experiment ? "" : rollout.Phase == Core.Rollouts.Phase.Promoted ? " → [bold underline]100%[/]" : " → [grey]100%[/]");
    }

    private static string Numbers(RolloutView view)
    {
        if (view is not { Totals: [var baseline, var canary], Series: [.., var last] })
        {
            return "[grey]nothing has arrived yet[/]";
        }

        return $"requests  baseline {Count(baseline.Exchanges)} ({Count(baseline.Errors)} failed)  canary {Count(canary.Exchanges)} ({Count(canary.Errors)} failed)"
            + $"   p99  baseline {Milliseconds(last.Baseline.P99)}  canary {Milliseconds(last.Canary.P99)}"
            + (view.Rollout.Phase == Core.Rollouts.Phase.Running && view.Judgement is { } judgement
                ? $"   baked {judgement.Baked.TotalSeconds:0} of {view.Rollout.Spec.Stages[view.Rollout.Stage].Bake.TotalSeconds:0} s"
                : "");
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double? seconds) => seconds is { } s ? (s * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " ms" : "-";
}
