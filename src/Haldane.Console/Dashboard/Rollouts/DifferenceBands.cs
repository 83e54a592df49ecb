using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>A stretch of a picture, from left to right.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
public sealed record Zone(double From, double To)
{
    /// <summary>How wide it is.</summary>
    public double Width => To - From;
}

/// <summary>A line from top to bottom.</summary>
/// <param name="Kind">What it stands for: <c>fine</c>, <c>bad</c> or <c>none</c>.</param>
/// <param name="X">Where.</param>
/// <param name="Text">What is written at it; null where there is no room.</param>
/// <param name="TextX">Where that stands.</param>
/// <param name="IsAbove">Whether it stands above the picture.</param>
public sealed record RuleLine(string Kind, double X, string? Text, double TextX, bool IsAbove);

/// <summary>The difference of a guard as it is now: estimate, interval, and the lines that were drawn before the start.</summary>
/// <param name="Fine">Where it is fine.</param>
/// <param name="Between">Between the lines.</param>
/// <param name="Bad">Where it is bad.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Interval">The interval; null before there is anything.</param>
/// <param name="IsOpenLeft">Whether it goes on to the left of the picture.</param>
/// <param name="IsOpenRight">Whether it goes on to the right of it.</param>
/// <param name="Estimate">The estimate; null before the first.</param>
/// <param name="Said">The same for who does not see it.</param>
public sealed record BandPicture(Zone Fine, Zone Between, Zone Bad, IReadOnlyList<RuleLine> Lines, Zone? Interval, bool IsOpenLeft, bool IsOpenRight, double? Estimate, string Said);

/// <summary>Draws a difference. Pure.</summary>
public static class DifferenceBands
{
    /// <summary>Of the picture.</summary>
    public const double Width = 320, Height = 54, Top = 16, Bottom = 38, Middle = (Top + Bottom) / 2;

    // A letter of the small print.
    private const double Letter = 6;

    /// <summary>The picture of a difference.</summary>
    /// <param name="scale">What is where.</param>
    /// <param name="difference">The estimate; null before there is one.</param>
    /// <param name="low">The lower end of the interval; null when unbounded.</param>
    /// <param name="high">The upper end; null when unbounded.</param>
    public static BandPicture Of(BandScale scale, double? difference, double? low, double? high)
    {
        var (fine, bad, unit) = (scale.X(scale.Fine), scale.X(scale.Bad), scale.Unit);
        var (left, right) = (scale.IsCut(low), scale.IsCut(high));
        return new(
            scale.AtLeast ? new(fine, Width) : new(0, fine),
            new(Math.Min(fine, bad), Math.Max(fine, bad)),
            scale.AtLeast ? new(0, bad) : new(bad, Width),
            Lines(unit, (scale.Fine, fine), (scale.Bad, bad), scale.None is { } n ? scale.X(n) : null),
            difference is null && low is null && high is null ? null : new(left ? 1 : scale.X(low!.Value), right ? Width - 1 : scale.X(high!.Value)),
            left,
            right,
            difference is { } estimate ? scale.X(estimate) : null,
            $"{(difference is { } e ? $"{Figures.Of(e, unit)}, " : low is null && high is null ? "no estimate yet, " : "")}{PackWords.Range(low, high, unit)}; "
            + (scale.Fine == scale.Bad ? $"limit {Figures.Of(scale.Bad, unit)}" : $"fine line {Figures.Of(scale.Fine, unit)}, bad line {Figures.Of(scale.Bad, unit)}") + $"; {(scale.AtLeast ? "lower" : "higher")} is worse");
    }

    private static List<RuleLine> Lines(GuardUnit unit, (double Value, double X) fine, (double Value, double X) bad, double? none)
    {
        var isOne = Math.Abs(fine.X - bad.X) < 1;
        var badText = $"{(isOne ? "limit" : "bad")} {Figures.Of(bad.Value, unit)}";
        List<RuleLine> lines = [new("bad", bad.X, badText, Inside(bad.X, badText), IsAbove: false)];
        if (!isOne)
        {
            var fineText = $"fine {Figures.Of(fine.Value, unit)}";
            lines.Add(new("fine", fine.X, fineText, Inside(fine.X, fineText), IsAbove: true));
        }

        if (none is { } at)
        {
            var room = Math.Abs(at - Inside(bad.X, badText)) - badText.Length * Letter / 2;
            var text = room > 42 ? "no difference" : room > 12 ? (unit == GuardUnit.Ratio ? "1" : "0") : null;
            lines.Add(new("none", at, text, text is null ? at : Inside(at, text), IsAbove: false));
        }

        return lines;
    }

    private static double Inside(double at, string text) => Math.Clamp(at, text.Length * Letter / 2 + 1, Width - text.Length * Letter / 2 - 1);
}
