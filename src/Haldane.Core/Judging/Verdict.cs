namespace Haldane.Core.Judging;

/// <summary>The judge's answer on a guard.</summary>
public enum VerdictKind
{
    /// <summary>Proven better than bad.</summary>
    Pass,

    /// <summary>Neither proven yet.</summary>
    Undecided,

    /// <summary>Too little arrived to say anything.</summary>
    NoData,

    /// <summary>Proven worse than fine.</summary>
    Fail,

    /// <summary>The measurement cannot be trusted; neither promotes nor rolls back.</summary>
    Broken,
}

/// <summary>The judge's answer on a guard, with the numbers that it rests on.</summary>
public sealed record Verdict
{
    /// <summary>The guard's name.</summary>
    public required string Guard { get; init; }

    /// <summary>The signal as it stands in the specification.</summary>
    public required string Signal { get; init; }

    /// <summary>The answer.</summary>
    public required VerdictKind Kind { get; init; }

    /// <summary>The segment that the answer is about, e.g. <c>country=ID</c>; null when it is about everyone.</summary>
    public string? Segment { get; init; }

    /// <summary>One sentence with the numbers, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>What to know beside the reason, for people: further segments; null when there is nothing.</summary>
    public string? Aside { get; init; }

    /// <summary>Whether the evidence comes later than the exchange (labels): having none yet then holds only where the guard is required.</summary>
    public bool Late { get; init; }

    /// <summary>Best estimate on the guard's scale; null when there is none.</summary>
    public double? Estimate { get; init; }

    /// <summary>Lower end of an interval that holds at all times; null when unbounded.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of an interval that holds at all times; null when unbounded.</summary>
    public double? High { get; init; }

    /// <summary>The fine line, on the guard's scale.</summary>
    public double Fine { get; init; }

    /// <summary>The bad line, on the guard's scale: the user's margin.</summary>
    public double Bad { get; init; }

    /// <summary>What was counted: <c>subjects</c> or <c>exchanges</c>.</summary>
    public string CountedBy { get; init; } = "exchanges";

    /// <summary>Observations of the baseline.</summary>
    public long BaselineCount { get; init; }

    /// <summary>Observations of the canary.</summary>
    public long CanaryCount { get; init; }

    /// <summary>Largest natural logarithm so far of the e-value against "fine".</summary>
    public double FailEvidence { get; init; }

    /// <summary>Where <see cref="FailEvidence"/> proves Fail: ln(1 / this guard's part of the false-rollback budget).</summary>
    public double FailAt { get; init; }

    /// <summary>Largest natural logarithm so far of the e-value against "bad".</summary>
    public double PassEvidence { get; init; }

    /// <summary>Where <see cref="PassEvidence"/> proves Pass: ln(1 / false-promotion budget).</summary>
    public double PassAt { get; init; }

    /// <summary>Every segment in which harm is proven, worst first; the chance that any of them is false is within the guard's part of the promise.</summary>
    public ValueList<string> HarmedSegments { get; init => field = value ?? []; } = [];

    /// <summary>Segments that look harmed, where at most one in ten may be false: where to look, not what was proven.</summary>
    public ValueList<string> Suspects { get; init => field = value ?? []; } = [];

    /// <summary>What it takes until the guard is decided, if what was seen goes on; null when it is decided or nothing can be said.</summary>
    public Forecast? Forecast { get; init; }

    /// <summary>The baseline's own value: a rate as a fraction, or seconds; null when there is none.</summary>
    public double? BaselineValue { get; init; }

    /// <summary>The canary's own value: a rate as a fraction, or seconds; null when there is none.</summary>
    public double? CanaryValue { get; init; }
}

/// <summary>What it takes until a guard is decided.</summary>
/// <param name="Toward">Pass or Fail, whichever comes first.</param>
/// <param name="CanaryExchanges">Exchanges of the canary that it still takes.</param>
/// <param name="Time">How long at the rate of this stage; null when no rate is known yet.</param>
public sealed record Forecast(VerdictKind Toward, long CanaryExchanges, TimeSpan? Time);

/// <summary>Something that changed suddenly inside the canary; a reason to hold, not a proof of harm.</summary>
/// <param name="Signal">What changed: <c>errors</c>, <c>latency</c> or <c>predictions</c>.</param>
/// <param name="UpToSlice">The slice in which it was noticed.</param>
/// <param name="Reason">One sentence with the numbers, for people.</param>
public sealed record Anomaly(string Signal, long UpToSlice, string Reason);

/// <summary>All that the judge says at one moment.</summary>
public sealed record Judgement
{
    /// <summary>The last slice that was taken into account; 0 when there was none.</summary>
    public required long UpToSlice { get; init; }

    /// <summary>The stage that was judged.</summary>
    public required int Stage { get; init; }

    /// <summary>How long this stage has been under traffic: silence does not bake.</summary>
    public required TimeSpan Baked { get; init; }

    /// <summary>How long this stage has lasted, silence included.</summary>
    public required TimeSpan InStage { get; init; }

    /// <summary>Exchanges of the canary in this stage.</summary>
    public required long CanaryExchanges { get; init; }

    /// <summary>Subjects of the canary in this stage, an estimate from a sample; 0 where requests have no subject.</summary>
    public long CanarySubjects { get; init; }

    /// <summary>Why no evidence flows, or null when it does. Set when callers are silent or the stage has had too few exchanges.</summary>
    public string? NoData { get; init; }

    /// <summary>Sudden changes inside the canary that were noticed lately; they hold the rollout.</summary>
    public ValueList<Anomaly> Anomalies { get; init => field = value ?? []; } = [];

    /// <summary>One for each guard, in the order of the specification. The worst of the whole and its segments.</summary>
    public required ValueList<Verdict> Verdicts { get; init; }
}
