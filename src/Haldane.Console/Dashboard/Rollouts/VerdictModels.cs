using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>How a verdict comes about.</summary>
public sealed record VerdictModel
{
    /// <summary>The rollout.</summary>
    public required string Rollout { get; init; }

    /// <summary>The guard.</summary>
    public required TileModel Tile { get; init; }

    /// <summary>The rule, as the specification has it.</summary>
    public required string Signal { get; init; }

    /// <summary>Each step, with its numbers.</summary>
    public required ValueList<StepOfProof> Steps { get; init; }
}

/// <summary>A step of the arithmetic.</summary>
/// <param name="What">What is meant.</param>
/// <param name="Number">The number.</param>
/// <param name="How">How it comes about.</param>
public sealed record StepOfProof(string What, string Number, string How);

/// <summary>Tells how verdicts come about. Pure.</summary>
public static class VerdictModels
{
    /// <summary>The arithmetic of a guard; null when the rollout has none of the name.</summary>
    public static VerdictModel? Of(RolloutView view, string guard)
    {
        var spec = view.Rollout.Spec;
        if (spec.Guards.FirstOrDefault(g => g.Name == guard) is not { } rule)
        {
            return null;
        }

        var verdict = view.Judgement?.Verdicts.FirstOrDefault(v => v.Guard == guard);
        return new()
        {
            Rollout = spec.Name,
            Tile = RolloutModels.Tile(view, rule),
            Signal = rule.Signal.ToString(),
            Steps = [.. Lines(rule), .. Promises(spec, rule), .. verdict is null ? [] : Measured(rule, verdict, RolloutModels.GoesOn(view))],
        };
    }

    private static IEnumerable<StepOfProof> Lines(GuardSpec rule)
    {
        var unit = GuardWords.UnitOf(rule);
        yield return new("bad line", Figures.Of(rule.Bad, unit), "A canary on this line or beyond it must not be promoted: your margin.");
        yield return new("fine line", Figures.Of(rule.FineLine, unit), "A canary on this line or before it must not be taken back. Between the lines either answer is acceptable.");
    }

    private static IEnumerable<StepOfProof> Promises(RolloutSpec spec, GuardSpec rule)
    {
        var weights = spec.Guards.Sum(g => g.Weight);
        var part = spec.Promise.FalseRollback * rule.Weight / weights;
        yield return new("chance of a false rollback, of the whole rollout", Figures.Percent(spec.Promise.FalseRollback), "promise.falseRollback of the specification.");
        yield return new("this guard's part of it", Figures.Percent(part), $"Its weight {Figures.Number(rule.Weight)} of {Figures.Number(weights)} in all; where segments are scanned, half of it is theirs together.");
        yield return new("chance of a false promotion", Figures.Percent(spec.Promise.FalsePromotion), "promise.falsePromotion: the canary is promoted only when every guard has passed, so each may use all of it.");
    }

    private static IEnumerable<StepOfProof> Measured(GuardSpec rule, Verdict verdict, bool goesOn)
    {
        var (unit, own) = (GuardWords.UnitOf(rule), GuardWords.OwnUnitOf(rule.Signal.Kind));
        var about = verdict.Segment is { } segment ? $"in the segment {segment}" : "of everyone";
        yield return new("counted", $"{Figures.Count(verdict.CanaryCount)} of the canary, {Figures.Count(verdict.BaselineCount)} of the baseline", $"{PackWords.CountedBy(verdict)}, {about}. What was seen under different shares is never pooled: it is weighed stage by stage, or begins anew with each.");
        if (verdict.CanaryValue is { } canary)
        {
            yield return new("the canary's own value", Figures.Of(canary, own), "");
        }

        if (verdict.BaselineValue is { } baseline)
        {
            yield return new("the baseline's own value", Figures.Of(baseline, own), "");
        }

        yield return new(rule.Scale == Scale.Value ? "value" : "difference", verdict.Estimate is { } estimate ? Figures.Of(estimate, unit) : "no estimate yet", "The best estimate on the guard's scale.");
        yield return new("interval", PackWords.Range(verdict.Low, verdict.High, unit), "A confidence sequence: it holds at every moment at once, however often anybody looks.");
        yield return Evidence("against \"fine\"", verdict.FailEvidence, verdict.FailAt, "Fail");
        yield return Evidence("against \"bad\"", verdict.PassEvidence, verdict.PassAt, "Pass");
        if (goesOn && verdict.Forecast is { } forecast)
        {
            yield return new("forecast", $"{forecast.Toward} after {Figures.Count(forecast.CanaryExchanges)} canary exchanges" + (forecast.Time is { } time ? $", in about {Figures.Time(time)}" : ""), "If what was seen so far goes on.");
        }

        if (verdict.HarmedSegments.Count > 0)
        {
            yield return new("harm is proven in", string.Join(", ", verdict.HarmedSegments), "By Holm's step-down over all segments: the chance that any of them is false is within the guard's part of the promise.");
        }

        if (verdict.Suspects.Count > 0)
        {
            yield return new("worth a look", string.Join(", ", verdict.Suspects), "By e-BH: at most one in ten of them may be false. Nothing is decided by these.");
        }
    }

    // Beyond what anybody reads, a factor is a factor.
    private static StepOfProof Evidence(string against, double evidence, double at, string kind) => new(
        $"evidence {against}",
        $"{(evidence > Math.Log(1e6) ? "more than a million" : Figures.Number(Math.Exp(evidence)))} times",
        $"The e-value, largest so far: how many times better what was seen is explained without that line. {Figures.Number(Math.Exp(at))} times prove {kind} ({(evidence >= at ? "reached" : $"{Figures.Percent(Math.Clamp(evidence / at, 0, 1), 2)} of the way, as a logarithm")}).");
}
