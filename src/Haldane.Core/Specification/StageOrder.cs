using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>In which order stages stand: shadows first, then rising shares, an experiment at the end.</summary>
internal static class StageOrder
{
    /// <summary>Checks stages as they are written.</summary>
    public static void Check(YamlSequence stages, FileErrors errors)
    {
        Unique.Names(stages, errors);
        (Share Share, YamlNode Node)? before = null;
        for (var i = 0; i < stages.Items.Count; i++)
        {
            if (stages.Items[i] is not YamlMapping stage || StageFields.KindOf(stage) is not { } kind)
            {
                continue;
            }

            var at = stage.FindScalar("kind") ?? (YamlNode)stage;
            var isLast = i == stages.Items.Count - 1;
            if (kind == StageKind.Shadow)
            {
                if (before is { } split)
                {
                    errors.Report(at, $"found a shadow stage behind a stage with a share (line {split.Node.At.Line}); wanted it before all shares: whom the canary serves is not taken back from it");
                }
                else if (isLast && !stages.IsCut)
                {
                    errors.Report(at, "found a shadow stage at the end; wanted a stage with a share behind it: a canary that has served nobody is not promoted to everything");
                }

                continue;
            }

            if (kind == StageKind.Experiment && !isLast)
            {
                errors.Report(at, "found an experiment with stages behind it; wanted it at the end: it promotes nothing");
            }

            if (ShareOf(stage, kind) is not { } now)
            {
                continue;
            }

            if (before is { } last && now.Share <= last.Share)
            {
                ReportFall(kind, now, last, errors);
            }

            before = now;
        }
    }

    private static void ReportFall(StageKind kind, (Share Share, YamlNode Node) now, (Share Share, YamlNode Node) last, FileErrors errors)
    {
        if (kind == StageKind.Switch)
        {
            errors.Report(now.Node, $"found a switch to {now.Share} behind a share of {last.Share} (line {last.Node.At.Line}); wanted shares that rise from stage to stage: hold back less than {last.Share.Rest()}");
        }
        else
        {
            errors.Wrong(now.Node, $"a share above the {last.Share} of the stage before it (line {last.Node.At.Line})", "shares rise from stage to stage");
        }
    }

    private static (Share Share, YamlNode Node)? ShareOf(YamlMapping stage, StageKind kind)
    {
        var isSwitch = kind == StageKind.Switch;
        if (stage.FindScalar(isSwitch ? "holdback" : "share") is { } written)
        {
            return Quantity.TryShare(written.Text, out var share, out _) ? (isSwitch ? share.Rest() : share, written) : null;
        }

        // A split without a share is a mistake of its own.
        return kind == StageKind.Split ? null : (StageFields.Blank(kind).Share, stage);
    }
}
