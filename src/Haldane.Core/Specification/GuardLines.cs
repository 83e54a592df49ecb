using Haldane.Core.Evidence;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Reads the lines of a guard, whose meaning depends on its signal.</summary>
internal static class GuardLines
{
    private static readonly string[] Sides = [GuardMargins.AtMost, GuardMargins.AtLeast];

    /// <summary>The line and the fine line, in the units of <see cref="GuardSpec.Bad"/>; every mistake is reported.</summary>
    public static (double Bad, double? Fine) Read(GuardFields.Draft draft, YamlMapping node, FileErrors errors)
    {
        // Without a signal nothing can be said about the lines; its own mistake is already reported.
        if (draft.Signal is not { } signal || !HasOneSide(node, signal.Kind, errors) || draft.Line.Amount is not { } amount)
        {
            return (0, null);
        }

        var margin = Array.Find(GuardMargins.All, m => m.Signal == signal.Kind && m.Side == draft.Side && m.Scale == draft.Line.Scale);
        if (margin is null)
        {
            errors.Report(amount, $"found {signal} {draft.Side} {GuardMargins.FieldOf(draft.Line.Scale)}; wanted {GuardMargins.Accepted(signal.Kind)}");
            return (0, null);
        }

        if (node.Find("floor") is { } floor && !TakesFloor(signal, margin.Scale, margin.Side))
        {
            errors.Report(
                floor,
                $"found a floor on {signal} {margin.Side} {margin.Field}; wanted it only for atMost with ratio of error-rate and of the gateway's own events "
                + $"({string.Join(", ", GatewayEvents.All)}): remove it");
        }

        if (!margin.Parse(amount.Text, out var bad, out var cure) || !margin.IsLine(bad))
        {
            errors.Wrong(amount, margin.Wanted, cure);
            return (0, null);
        }

        return (bad, draft.Fine?.Amount is { } fine ? ReadFine(fine, draft.Fine.Scale, margin, (amount.Text, bad), errors) : null);
    }

    /// <summary>Whether a guard may have a floor: where events are rare, counted at once, and harm.</summary>
    public static bool TakesFloor(SignalSpec signal, Scale scale, string side) => scale == Scale.Ratio && side == GuardMargins.AtMost
        && (signal.Kind == SignalKind.ErrorRate || (signal.Kind == SignalKind.EventRate && !signal.IsLate));

    private static double? ReadFine(YamlScalar amount, Scale scale, GuardMargin margin, (string Text, double Value) line, FileErrors errors)
    {
        if (scale != margin.Scale)
        {
            errors.Report(amount, $"found {GuardMargins.FieldOf(scale)}; wanted {margin.Field}, the scale of {margin.Side}");
            return null;
        }

        if (margin.Parse(amount.Text, out var fine, out var cure) && margin.IsFine(fine) && margin.IsBetter(fine, line.Value))
        {
            return fine;
        }

        var side = margin.Side == GuardMargins.AtMost ? "below" : "above";
        var orEqual = margin.Scale == Scale.Value ? " or equal to" : "";
        errors.Wrong(amount, $"a {margin.Noun} {side}{orEqual} {Clip.Plain(line.Text)}, the line of {margin.Side}", cure);
        return null;
    }

    private static bool HasOneSide(YamlMapping node, SignalKind signal, FileErrors errors)
    {
        var found = Sides.Count(s => node.Find(s) is not null);
        if (found == 1)
        {
            return true;
        }

        if (found == 2)
        {
            errors.Report(node.Find(GuardMargins.AtLeast)!, "found both \"atMost\" and \"atLeast\"; wanted one of them: write two guards");
        }
        else if (!node.IsCut && !node.Entries.Exists(e => Nearest.Of(e.Key.Text, Sides) is not null))
        {
            // A misspelled side is already reported.
            errors.Report(node, $"found no line; wanted {GuardMargins.Accepted(signal)}");
        }

        return false;
    }
}
