using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Tries plans before they are used: what they would do to good, borderline and bad canaries.</summary>
/// <remarks>Any thread. Trials are made beside the traffic, at the lowest priority; one that nobody asks for any more rests.</remarks>
public interface IPlanDesk
{
    /// <summary>How far a trial has come; the first question begins it, and each goes on with it.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="sliders">What is to be other than in the specification.</param>
    /// <returns>Null when there is no such rollout.</returns>
    PlanStudy? Study(string rollout, PlanSliders sliders);

    /// <summary>Somebody opens a page: for a moment no trial takes a step, so that the browser beside it has the cores.</summary>
    void MakeWay();
}

/// <summary>Begins to try plans.</summary>
public interface IPlanSimulator
{
    /// <summary>Begins; null when no guard of the plan can be simulated.</summary>
    IPlanTrial? Begin(ModelSpec model, RolloutSpec rollout, PlanSliders sliders);
}

/// <summary>A plan that is tried step by step. For one thread.</summary>
public interface IPlanTrial
{
    /// <summary>One step; some tenths of a second at most.</summary>
    /// <param name="breathe">Called every few milliseconds meanwhile: the place to rest, or to give up by an exception.</param>
    void Advance(Action breathe);

    /// <summary>What was seen so far.</summary>
    PlanStudy Study();
}

/// <summary>What of a plan is to be tried otherwise than it stands.</summary>
/// <param name="Rate">Requests a second; null: as the model's specification says.</param>
/// <param name="Bake">What the bakes of all stages are multiplied by.</param>
/// <param name="Margin">What the margins of all guards but absolute limits are multiplied by; of ratios, their logarithms.</param>
/// <param name="FalseRollback">The promise on false rollbacks; null: as it stands.</param>
/// <param name="FalsePromotion">The promise on false promotions; null: as it stands.</param>
public sealed record PlanSliders(double? Rate = null, double Bake = 1, double Margin = 1, double? FalseRollback = null, double? FalsePromotion = null)
{
    /// <summary>The least and the most of each.</summary>
    public const double LeastRate = 0.01, MostRate = 100_000, LeastFactor = 0.1, MostFactor = 10, LeastPromise = 0.0001, MostPromise = 0.5;

    /// <summary>What is wrong with them; null when nothing is.</summary>
    public string? Mistake()
    {
        List<string> mistakes = [];
        Check("rate", Rate, LeastRate, MostRate);
        Check("bake", Bake, LeastFactor, MostFactor);
        Check("margin", Margin, LeastFactor, MostFactor);
        Check("falseRollback", FalseRollback, LeastPromise, MostPromise);
        Check("falsePromotion", FalsePromotion, LeastPromise, MostPromise);
        return mistakes.Count == 0 ? null : string.Join("; ", mistakes);

        void Check(string name, double? value, double least, double most)
        {
            if (value is { } v && !(v >= least && v <= most))
            {
                mistakes.Add($"{name} is {Figures.Number(v)}; wanted is a number from {Figures.Number(least)} to {Figures.Number(most)}");
            }
        }
    }
}

/// <summary>What a plan was seen to do so far. Chances are estimates of simulated runs, with 95 % intervals (Clopper and Pearson 1934).</summary>
public sealed record PlanStudy
{
    /// <summary>The rollout.</summary>
    public required string Rollout { get; init; }

    /// <summary>What was tried: with what the specification says where nothing else was asked.</summary>
    public required PlanSliders Sliders { get; init; }

    /// <summary>Why nothing can be tried; null when something can.</summary>
    public string? WhyNot { get; init; }

    /// <summary>Where the traffic comes from, for people.</summary>
    public string Traffic { get; init; } = "";

    /// <summary>Runs of each canary so far.</summary>
    public int Runs { get; init; }

    /// <summary>Runs of each canary that are enough.</summary>
    public int Enough { get; init; }

    /// <summary>When a run is given up, simulated time.</summary>
    public TimeSpan Horizon { get; init; }

    /// <summary>The stages as they were tried.</summary>
    public ValueList<PlanStage> Stages { get; init; } = [];

    /// <summary>The guards as they were tried, with when each passes a canary that is as the baseline.</summary>
    public ValueList<PlanGuard> Guards { get; init; } = [];

    /// <summary>When a canary that is as the baseline is promoted; null while it is not known, or not within 30 days.</summary>
    public PlanTime? Promoted { get; init; }

    /// <summary>What became of each kind of canary.</summary>
    public ValueList<PlanCase> Cases { get; init; } = [];

    /// <summary>What the plan cannot do, and what was not simulated.</summary>
    public ValueList<string> Remarks { get; init; } = [];

    /// <summary>Whether all runs are made, or none can be.</summary>
    public bool IsDone => WhyNot is not null || (Enough > 0 && Runs >= Enough);
}

/// <summary>A stage of a trial.</summary>
/// <param name="Share">The canary's share.</param>
/// <param name="Bake">How long it bakes.</param>
public sealed record PlanStage(Share Share, TimeSpan Bake);

/// <summary>When something happens in simulated runs.</summary>
/// <param name="Early">One run in ten is earlier.</param>
/// <param name="Median">Half the runs are earlier.</param>
/// <param name="Late">Nine in ten are earlier; null: not even so many before the horizon.</param>
public sealed record PlanTime(TimeSpan Early, TimeSpan Median, TimeSpan? Late);

/// <summary>A guard of a trial.</summary>
/// <param name="Guard">Its name.</param>
/// <param name="Unit">What its lines are measured in.</param>
/// <param name="Fine">Better than this is fine.</param>
/// <param name="Bad">Worse than this is bad.</param>
/// <param name="Passes">When it passes a canary that is as the baseline; null while it is not known, or not within 30 days.</param>
/// <param name="CanaryExchanges">Exchanges of the canary until then, median; null as above.</param>
public sealed record PlanGuard(string Guard, GuardUnit Unit, double Fine, double Bad, PlanTime? Passes, long? CanaryExchanges);

/// <summary>What a canary of a simulation should come to.</summary>
public enum CaseKind
{
    /// <summary>As the baseline, or fine: should be promoted.</summary>
    Fine,

    /// <summary>Between the lines: either answer is acceptable.</summary>
    Between,

    /// <summary>At the bad line or beyond it: must not be promoted.</summary>
    Bad,
}

/// <summary>A chance that was estimated.</summary>
/// <param name="Count">In so many runs it came so.</param>
/// <param name="Part">The part of all runs.</param>
/// <param name="Low">Where the chance may lie.</param>
/// <param name="High">The upper end.</param>
public sealed record PlanChance(int Count, double Part, double Low, double High);

/// <summary>What became of a kind of canary.</summary>
public sealed record PlanCase
{
    /// <summary>The guard whose signal it is worse in; null: it is as the baseline.</summary>
    public string? Guard { get; init; }

    /// <summary>The only segment that is harmed; null: everyone.</summary>
    public string? Segment { get; init; }

    /// <summary>How bad, in words.</summary>
    public required string Size { get; init; }

    /// <summary>What it should come to.</summary>
    public required CaseKind Kind { get; init; }

    /// <summary>How often it was taken back.</summary>
    public required PlanChance RolledBack { get; init; }

    /// <summary>How often it was promoted.</summary>
    public required PlanChance Promoted { get; init; }

    /// <summary>Median time to the decision; null while none was decided.</summary>
    public TimeSpan? Median { get; init; }

    /// <summary>Within this nine of ten were decided.</summary>
    public TimeSpan? Late { get; init; }

    /// <summary>Median exchanges of the canary until the run ended.</summary>
    public required long CanaryExchanges { get; init; }

    /// <summary>Median of the requests that it has harmed until then.</summary>
    public required double Harmed { get; init; }

    /// <summary>What took it back most often; null where nothing did.</summary>
    public string? RolledBackBy { get; init; }

    /// <summary>What held the runs that were not decided, most often; null where none was left so.</summary>
    public string? HeldBy { get; init; }

    /// <summary>How often it was decided wrongly; null where either is right.</summary>
    public PlanChance? Wrong => Kind switch
    {
        CaseKind.Fine => RolledBack,
        CaseKind.Bad => Promoted,
        _ => null,
    };
}
