using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;

namespace Haldane.Simulation.Trials;

/// <summary>Tries plans with what this project can make.</summary>
public sealed class PlanSimulator : IPlanSimulator
{
    /// <inheritdoc/>
    public IPlanTrial? Begin(ModelSpec model, RolloutSpec rollout, PlanSliders sliders) => AdjustedPlan.Of(model, rollout, sliders) is { } plan ? new PlanTrial(plan) : null;
}

/// <summary>Tries a plan step by step, so that something can be seen after each: first a forecast, then run by run what becomes of canaries of several kinds.</summary>
/// <remarks>The same plan comes to the same, however it is interrupted. For one thread.</remarks>
public sealed class PlanTrial : IPlanTrial
{
    /// <summary>Runs of each canary that are enough: a chance is known to ten points, and one of some percent to a few.</summary>
    public const int Enough = 100;

    // The sizes that say most; `haldane simulate` tries them all.
    private static readonly double[] Margins = [1, 2];

    private const ulong Seed = 1;
    private const int ForecastsAtOnce = 4;

    private readonly AdjustedPlan _plan;
    private readonly CanaryCase[] _cases;
    private readonly List<RunOutcome>[] _outcomes;
    private readonly List<RunOutcome> _forecasts = [];
    private readonly TimeSpan _horizon;
    private PlanForecast? _forecast;
    private ValueList<string> _remarks = [];

    /// <summary>Nothing tried.</summary>
    /// <param name="plan">The plan.</param>
    public PlanTrial(AdjustedPlan plan)
    {
        _plan = plan;
        _cases = [.. CanaryCases.For(plan.Traffic, plan.Rollout).Where(c => c.Guard is null || c.Segment is not null || c.Kind == CaseKind.Fine || Margins.Contains(Math.Round(c.Margins, 6)))];
        _outcomes = [.. _cases.Select(_ => new List<RunOutcome>())];
        _horizon = HorizonOf(plan.Rollout);
    }

    /// <summary>Whether all runs are made.</summary>
    public bool IsDone => _outcomes[^1].Count >= Enough;

    /// <summary>When to give up on a run, simulated time: a day, or four times all bakes.</summary>
    public static TimeSpan HorizonOf(RolloutSpec rollout)
    {
        var bakes = TimeSpan.FromTicks(4 * rollout.Stages.Sum(s => s.Bake.Ticks));
        return bakes > TimeSpan.FromDays(1) ? bakes : TimeSpan.FromDays(1);
    }

    /// <inheritdoc/>
    /// <remarks>Some runs of the forecast, or one run of one canary.</remarks>
    public void Advance(Action breathe)
    {
        if (_forecast is null)
        {
            for (var i = 0; i < ForecastsAtOnce; i++)
            {
                _forecasts.Add(PlanForecast.RunOf(_plan.Traffic, _plan.Rollout, _forecasts.Count, breathe));
            }

            if (_forecasts.Count >= PlanForecast.UsualRuns)
            {
                _forecast = PlanForecast.From(_plan.Rollout, _forecasts);
                _remarks = PlanLinter.Check(_plan.Traffic, _plan.Rollout, _forecast).Select(r => r.ToString()).ToValueList();
            }
        }
        else if (!IsDone)
        {
            var next = Array.FindIndex(_outcomes, o => o.Count == _outcomes[^1].Count);
            var run = _outcomes[next].Count;
            _outcomes[next].Add(SimulatedRun.Of(_cases[next].World, _plan.Rollout, Dice.SeedOf(Seed, (ulong)next, (ulong)run), Pacing.Fine, _horizon, breathe));
        }
    }

    /// <inheritdoc/>
    public PlanStudy Study() => new()
    {
        Rollout = _plan.Rollout.Name,
        Sliders = _plan.Sliders,
        Traffic = _plan.From,
        Runs = _outcomes[^1].Count,
        Enough = Enough,
        Horizon = _horizon,
        Stages = _plan.Rollout.Stages.Select(s => new PlanStage(s.Share, s.Bake)).ToValueList(),
        Guards = _plan.Rollout.Guards.Select((g, i) => new PlanGuard(g.Name, GuardWords.UnitOf(g), g.FineLine, g.Bad, TimeOf(_forecast?.Guards[i].Passes), _forecast?.Guards[i].CanaryExchanges)).ToValueList(),
        Promoted = TimeOf(_forecast?.Promoted),
        Cases = _cases.Zip(_outcomes).Where(c => c.Second.Count > 0).Select(c => Case(CaseSummary.Of(c.First, c.Second))).ToValueList(),
        Remarks = _remarks,
    };

    private static PlanTime? TimeOf(Expected? expected) => expected is null ? null : new(expected.Early, expected.Median, expected.Late);

    private static PlanCase Case(CaseSummary summary) => new()
    {
        Guard = summary.Case.Guard,
        Segment = summary.Case.Segment,
        Size = summary.Case.Size,
        Kind = summary.Case.Kind,
        RolledBack = Chance(summary.RolledBack, summary.Runs),
        Promoted = Chance(summary.Promoted, summary.Runs),
        Median = summary.MedianTime,
        Late = summary.LateTime,
        CanaryExchanges = summary.MedianCanaryExchanges,
        Harmed = summary.MedianHarmed,
        RolledBackBy = summary.UsualGuard,
        HeldBy = summary.UsualHold,
    };

    private static PlanChance Chance(int count, int runs)
    {
        var (low, high) = ExactInterval.Of(count, runs);
        return new(count, (double)count / runs, low, high);
    }
}
