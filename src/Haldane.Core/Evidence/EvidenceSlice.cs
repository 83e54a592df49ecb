using System.Text.Json.Serialization;

namespace Haldane.Core.Evidence;

/// <summary>The evidence of one rollout over one short stretch of time under one share.</summary>
/// <remarks>
/// The unit that is stored, chained and judged. Slices of one stage add up; slices of different shares must never be pooled, because load,
/// hour and base rates move while a rollout runs. Slices of older programs lack some members; the generated JSON reader gives null for those, which is why
/// members that came later turn null into nothing.
/// </remarks>
public sealed record EvidenceSlice
{
    /// <summary>Counts from 1 within a rollout's run, without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>Index of the stage, from 0.</summary>
    public required int Stage { get; init; }

    /// <summary>The canary's share while the slice was taken.</summary>
    public required Share Share { get; init; }

    /// <summary>When the slice began.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>How long it lasted.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>The first slice after the process started: subjects seen before may be counted as new again.</summary>
    public bool Fresh { get; init; }

    /// <summary>What the baseline did.</summary>
    public required ArmEvidence Baseline { get; init; }

    /// <summary>What the canary did.</summary>
    public required ArmEvidence Canary { get; init; }

    /// <summary>Labels that were joined during this slice, by the stage of the exchange that they belong to.</summary>
    public ValueList<LabelCounts> Labels { get; init; } = [];

    /// <summary>The same labels by confidence; empty when the model has no confidence signal.</summary>
    public ValueList<CalibrationCounts> Calibration { get; init => field = value ?? []; } = [];

    /// <summary>Named numbers that were joined during this slice.</summary>
    public ValueList<ValueMoments> Values { get; init; } = [];

    /// <summary>Events that the gateway saw in this slice, and those that were joined during it.</summary>
    public ValueList<EventCounts> Events { get; init => field = value ?? []; } = [];

    /// <summary>Answers to shadow traffic that were compared in this slice.</summary>
    public ValueList<PairCounts> Pairs { get; init => field = value ?? []; } = [];

    /// <summary>Readings of gauges that came during this slice.</summary>
    public ValueList<GaugeSum> Gauges { get; init => field = value ?? []; } = [];

    /// <summary>Position of the last feedback row whose label is in this slice or an earlier one.</summary>
    public long FeedbackUpTo { get; init; }

    /// <summary>The arm's evidence.</summary>
    public ArmEvidence Of(Arm arm) => arm == Arm.Canary ? Canary : Baseline;
}

/// <summary>What one arm did in a slice.</summary>
public sealed record ArmEvidence
{
    /// <summary>By cell, see <see cref="SegmentCells"/>; cell 0 is everyone.</summary>
    public required ValueList<CellEvidence> Cells { get; init; }

    /// <summary>
    /// Subjects seen for the first time in this stage, out of those that a fixed hash samples; each subject is counted at most once a stage, and
    /// whether it is sampled does not depend on its arm. For the sample-ratio check.
    /// </summary>
    public long NewSubjects { get; init; }

    /// <summary>Hashes of subjects whose first error in this run fell in this slice: what a restart needs to go on counting each once.</summary>
    public ValueList<uint> ErrorSubjects { get; init; } = [];

    /// <summary>The same for other events, by the event's name.</summary>
    public ValueList<EventSubjects> EventSubjects { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Answers by group of subjects, <see cref="SubjectGroups.Count"/> numbers; empty when there was no answer. Groups vary as their subjects do, so the spread
    /// between them says how sure a total is, however many requests each subject makes.
    /// </summary>
    public ValueList<long> AnswersByGroup { get; init => field = value ?? []; } = [];

    /// <summary>What the answers of everyone were like, by group of subjects; null when nothing is reported, as always where each request is assigned on its own and its answer brings one prediction.</summary>
    public GroupedAnswers? ByGroup { get; init; }

    /// <summary>No exchange at all.</summary>
    public static ArmEvidence Empty(int cells) => new() { Cells = Enumerable.Repeat(CellEvidence.Empty, cells).ToValueList() };
}

/// <summary>What answers were like, by group of subjects: users with a latency or a class of their own show as groups that differ more than chance allows.</summary>
/// <remarks>
/// Buckets are those of <see cref="SubjectGroups.Key"/>. Each reported only now and then in a stage, see <see cref="ReportPace"/>, all since its last report together.
/// </remarks>
public sealed record GroupedAnswers
{
    /// <summary>None.</summary>
    public static readonly GroupedAnswers Nothing = new();

    /// <summary>All answers, by cell instead of by what they were like: how uneven the subjects of a segment are.</summary>
    public SparseCounts Answers { get; init; } = SparseCounts.Empty;

    /// <summary>By <see cref="LatencySteps"/>.</summary>
    public SparseCounts Latency { get; init; } = SparseCounts.Empty;

    /// <summary>Time to the first byte, by <see cref="LatencySteps"/>.</summary>
    public SparseCounts FirstToken { get; init; } = SparseCounts.Empty;

    /// <summary>By class; the last is <c>other</c>.</summary>
    public SparseCounts Classes { get; init; } = SparseCounts.Empty;

    /// <summary>By bin of confidence.</summary>
    public SparseCounts Confidence { get; init; } = SparseCounts.Empty;

    /// <summary>By the feature that was drawn; the last is <c>other</c>.</summary>
    public SparseCounts Attribution { get; init => field = value ?? SparseCounts.Empty; } = SparseCounts.Empty;

    /// <summary>
    /// All predictions, by cell instead of by what they were: only where an answer may bring many, which makes their groups more uneven than those of the answers.
    /// </summary>
    public SparseCounts Predictions { get; init => field = value ?? SparseCounts.Empty; } = SparseCounts.Empty;

    /// <summary>By the kinds of a mix.</summary>
    public SparseCounts Of(Mix mix) => mix switch
    {
        Mix.Classes => Classes,
        Mix.Confidence => Confidence,
        _ => Attribution,
    };
}

/// <summary>What one arm did in one cell of a slice.</summary>
public sealed record CellEvidence
{
    /// <summary>Nothing.</summary>
    public static readonly CellEvidence Empty = new();

    /// <summary>Exchanges that ended, failed ones included. An exchange that its caller gave up is not counted at all.</summary>
    public long Exchanges { get; init; }

    /// <summary>Exchanges that failed: connection refused or reset, timed out, 5xx. A version that answers 4xx has answered. A canary's failure counts here also when the baseline answered in its place.</summary>
    public long Errors { get; init; }

    /// <summary>Subjects that failed for the first time in this run. Traffic without a subject counts each request as one.</summary>
    public long ErrorSubjects { get; init; }

    /// <summary>Failures of the canary whose callers got the baseline's answer in its place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long FailedOver { get; init; }

    /// <summary>Predictions of successful answers that could not be read; an answer that could not be read at all counts once. Without a prediction signal: confidences.</summary>
    public long Unread { get; init; }

    /// <summary>Latency of successful exchanges: whole answers with a status below 400, since a quick refusal says nothing about speed.</summary>
    public SparseCounts Latency { get; init; } = SparseCounts.Empty;

    /// <summary>Time to the first byte of the body of successful exchanges that have one; empty unless a guard of the rollout needs it.</summary>
    public SparseCounts FirstToken { get; init => field = value ?? SparseCounts.Empty; } = SparseCounts.Empty;

    /// <summary>Predictions by class; the last is <c>other</c>. Empty when the model has no prediction signal. An answer to a batch brings many, so that they may be more than the answers.</summary>
    public ValueList<long> Classes { get; init; } = [];

    /// <summary>Confidence in 20 bins of 0.05. Empty when the model has no confidence signal.</summary>
    public ValueList<long> Confidence { get; init; } = [];

    /// <summary>
    /// Answers by one feature of each, drawn with a chance that is its part of the sizes of all attributions of the answer; the last is <c>other</c>. Empty when the model has no attribution signal.
    /// </summary>
    public ValueList<long> Attribution { get; init => field = value ?? []; } = [];

    /// <summary>How many predictions were asked for, as far as it is known: those that were read and those that were not.</summary>
    [JsonIgnore]
    public long Predictions => (Classes.Count > 0 ? Classes.AsSpan().Sum() : Confidence.AsSpan().Sum()) + Unread;

    /// <summary>Counts by the kinds of a mix; empty when the model has no signal of it.</summary>
    public ValueList<long> Of(Mix mix) => mix switch
    {
        Mix.Classes => Classes,
        Mix.Confidence => Confidence,
        _ => Attribution,
    };
}

/// <summary>A histogram that keeps only the buckets that hold something.</summary>
/// <param name="Buckets">Rising bucket numbers, see <see cref="LatencyBuckets"/>.</param>
/// <param name="Counts">For each bucket its count, above 0.</param>
public sealed record SparseCounts(ValueList<int> Buckets, ValueList<long> Counts)
{
    /// <summary>Nothing.</summary>
    public static readonly SparseCounts Empty = new([], []);

    /// <summary>What a histogram of all buckets holds.</summary>
    /// <param name="row">For each bucket its count, at least 0.</param>
    public static SparseCounts Of(ReadOnlySpan<long> row)
    {
        var occupied = row.Length - row.Count(0L);
        if (occupied == 0)
        {
            return Empty;
        }

        var (buckets, counts) = (new int[occupied], new long[occupied]);
        for (int i = row.IndexOfAnyExcept(0L), at = 0; at < occupied; i++)
        {
            if (row[i] != 0)
            {
                (buckets[at], counts[at]) = (i, row[i]);
                at++;
            }
        }

        return new(ValueList.Create<int>(buckets), ValueList.Create<long>(counts));
    }

    /// <summary>Sum over all buckets.</summary>
    public long Total() => Counts.AsSpan().Sum();
}

/// <summary>Labels joined to exchanges of one stage, arm and cell; each subject's first label of the stage only.</summary>
/// <param name="Stage">The stage of the exchange, not of the slice in which the label arrived.</param>
/// <param name="Arm">The arm of the exchange.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Labelled">Labels.</param>
/// <param name="Wrong">Those that disagree with the prediction.</param>
public sealed record LabelCounts(int Stage, Arm Arm, int Cell, long Labelled, long Wrong);

/// <summary>Labels of <see cref="LabelCounts"/> by how sure the model said it was.</summary>
/// <param name="Stage">The stage of the exchange.</param>
/// <param name="Arm">The arm of the exchange.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Bin">The bin of the confidence, see <see cref="ConfidenceBins"/>.</param>
/// <param name="Labelled">Labels.</param>
/// <param name="Right">Those that agree with the prediction.</param>
/// <param name="Confidence">Sum of the confidences, each in [0, 1].</param>
public sealed record CalibrationCounts(int Stage, Arm Arm, int Cell, int Bin, long Labelled, long Right, double Confidence);

/// <summary>Moments of a named number that came as feedback, of one group of subjects.</summary>
/// <param name="Name">E.g. <c>revenue</c>.</param>
/// <param name="Stage">The stage of the exchange.</param>
/// <param name="Arm">The arm of the exchange.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Group">The group of the subject, see <see cref="SubjectGroups"/>.</param>
/// <param name="Count">How many.</param>
/// <param name="NonZero">How many of them were not 0.</param>
/// <param name="Sum">Their sum, each held to the range that the specification gives.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
public sealed record ValueMoments(
    string Name, int Stage, Arm Arm, int Cell, int Group, long Count, long NonZero, double Sum, double SumOfSquares);

/// <summary>Readings of a gauge of one version.</summary>
/// <param name="Name">The gauge, e.g. <c>gpu</c>.</param>
/// <param name="Arm">The arm whose version it is.</param>
/// <param name="Count">How many readings.</param>
/// <param name="Sum">Their sum.</param>
public sealed record GaugeSum(string Name, Arm Arm, long Count, double Sum);

/// <summary>How often something happened on exchanges of one stage, arm and cell.</summary>
/// <param name="Name">One of <see cref="GatewayEvents"/>, or an event of the specification that came as feedback.</param>
/// <param name="Stage">The stage of the exchange.</param>
/// <param name="Arm">The arm of the exchange.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Count">How many exchanges.</param>
/// <param name="Subjects">Subjects that it happened to for the first time in the run.</param>
public sealed record EventCounts(string Name, int Stage, Arm Arm, int Cell, long Count, long Subjects);

/// <summary>Hashes of subjects that something happened to for the first time in a run.</summary>
/// <param name="Name">The event.</param>
/// <param name="Subjects">See <see cref="Assignment.Assigner.IdentityOf"/>.</param>
public sealed record EventSubjects(string Name, ValueList<uint> Subjects);

/// <summary>Answers of both versions to the same requests, compared.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Pairs">Requests that both versions answered.</param>
/// <param name="Different">Those whose answers differ.</param>
/// <param name="BaselinePairs">Requests that the baseline answered twice.</param>
/// <param name="BaselineDifferent">Those where it did not agree with itself: the noise that a comparison cannot go below.</param>
/// <param name="Labelled">Pairs whose true class came to be known during this slice.</param>
/// <param name="CanaryWrong">Those where the canary alone was wrong.</param>
/// <param name="BaselineWrong">Those where the baseline alone was wrong.</param>
public sealed record PairCounts(
    int Cell, long Pairs, long Different, long BaselinePairs, long BaselineDifferent, long Labelled, long CanaryWrong, long BaselineWrong);
