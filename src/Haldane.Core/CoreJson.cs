using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Access;
using Haldane.Core.Alerts;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Series;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;
using Haldane.Core.Webhooks;

namespace Haldane.Core;

/// <summary>The one JSON form of the domain's types: stored, hashed and sent alike.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(ShareJson)])]
// The generator does not look into value lists: their converter asks for the array of what they hold.
[JsonSerializable(typeof(Anomaly[]))]
[JsonSerializable(typeof(Approval[]))]
[JsonSerializable(typeof(ArmTotals[]))]
[JsonSerializable(typeof(BandPoint[]))]
[JsonSerializable(typeof(CalibrationCounts[]))]
[JsonSerializable(typeof(CellEvidence[]))]
[JsonSerializable(typeof(CurvePoint[]))]
[JsonSerializable(typeof(EventCounts[]))]
[JsonSerializable(typeof(EventSubjects[]))]
[JsonSerializable(typeof(EvaluatorSpec[]))]
[JsonSerializable(typeof(GaugeSpec[]))]
[JsonSerializable(typeof(GaugeSum[]))]
[JsonSerializable(typeof(GuardBand[]))]
[JsonSerializable(typeof(GuardSpec[]))]
[JsonSerializable(typeof(HeaderSpec[]))]
[JsonSerializable(typeof(AlertSpec[]))]
[JsonSerializable(typeof(Label[]))]
[JsonSerializable(typeof(LabelCounts[]))]
[JsonSerializable(typeof(PairCounts[]))]
[JsonSerializable(typeof(ParameterSpec[]))]
[JsonSerializable(typeof(SegmentGuard[]))]
[JsonSerializable(typeof(SegmentSpec[]))]
[JsonSerializable(typeof(SegmentState[]))]
[JsonSerializable(typeof(IReadOnlyList<SegmentState>))]
[JsonSerializable(typeof(Share[]))]
[JsonSerializable(typeof(StageSpec[]))]
[JsonSerializable(typeof(ValueMoments[]))]
[JsonSerializable(typeof(ValueSpec[]))]
[JsonSerializable(typeof(VariableSpec[]))]
[JsonSerializable(typeof(Verdict[]))]
[JsonSerializable(typeof(VersionSpec[]))]
[JsonSerializable(typeof(WarmUpSpec[]))]
[JsonSerializable(typeof(WindowSpec[]))]
[JsonSerializable(typeof(IReadOnlyList<ComputeView>))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(long[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(uint[]))]
[JsonSerializable(typeof(RunCourse))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(StoredDocument))]
[JsonSerializable(typeof(ApplyReport))]
[JsonSerializable(typeof(ChangeEffect[]))]
[JsonSerializable(typeof(DocumentChange[]))]
[JsonSerializable(typeof(FieldChange[]))]
[JsonSerializable(typeof(SpecificationError[]))]
[JsonSerializable(typeof(StandingAlert))]
[JsonSerializable(typeof(ArchivedRun))]
[JsonSerializable(typeof(IReadOnlyList<AlertView>))]
[JsonSerializable(typeof(AlertReceipt))]
[JsonSerializable(typeof(Freeze))]
[JsonSerializable(typeof(FreezeOverride))]
[JsonSerializable(typeof(OverriddenFreeze[]))]
[JsonSerializable(typeof(IReadOnlyList<FreezeView>))]
[JsonSerializable(typeof(IReadOnlyList<EvaluatorView>))]
[JsonSerializable(typeof(IReadOnlyList<GaugeView>))]
[JsonSerializable(typeof(GaugeReading))]
[JsonSerializable(typeof(GaugeReceipt))]
[JsonSerializable(typeof(IReadOnlyList<TokenView>))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(EvidenceSlice))]
[JsonSerializable(typeof(Rollout))]
[JsonSerializable(typeof(Judgement))]
[JsonSerializable(typeof(ModelSpec))]
[JsonSerializable(typeof(RolloutSpec))]
[JsonSerializable(typeof(RolloutView))]
[JsonSerializable(typeof(LivePoint[]))]
[JsonSerializable(typeof(PlanStudy))]
[JsonSerializable(typeof(PlanStage[]))]
[JsonSerializable(typeof(PlanGuard[]))]
[JsonSerializable(typeof(PlanCase[]))]
[JsonSerializable(typeof(IReadOnlyList<ModelView>))]
[JsonSerializable(typeof(LedgerCheck))]
[JsonSerializable(typeof(IReadOnlyList<LedgerRecord>))]
[JsonSerializable(typeof(IReadOnlyList<SignedHead>))]
[JsonSerializable(typeof(LedgerKeyView))]
[JsonSerializable(typeof(IReadOnlyList<RolloutView>))]
[JsonSerializable(typeof(IReadOnlyList<DifferingPair>))]
[JsonSerializable(typeof(FeedbackItem))]
[JsonSerializable(typeof(FeedbackReceipt))]
[JsonSerializable(typeof(MetricVerdict[]))]
[JsonSerializable(typeof(MixShape[]))]
[JsonSerializable(typeof(CourseMark[]))]
[JsonSerializable(typeof(HarmEstimate[]))]
[JsonSerializable(typeof(SeriesVerdict))]
[JsonSerializable(typeof(WebhookProgress))]
[JsonSerializable(typeof(IReadOnlyList<WebhookView>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterView>))]
public sealed partial class CoreJson : JsonSerializerContext;

/// <summary>A share on the wire is its number of basis points.</summary>
public sealed class ShareJson : JsonConverter<Share>
{
    /// <inheritdoc/>
    public override Share Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Share value, JsonSerializerOptions options) => writer.WriteNumberValue(value.BasisPoints);
}
