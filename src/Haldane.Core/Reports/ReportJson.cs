using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Judging;
using Haldane.Core.Reports.Standards;

namespace Haldane.Core.Reports;

/// <summary>The JSON form of packs and inventories, in the manner of <see cref="CoreJson"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(ShareJson)])]
[JsonSerializable(typeof(ActorReport[]))]
[JsonSerializable(typeof(ApprovalReport[]))]
[JsonSerializable(typeof(BandPoint[]))]
[JsonSerializable(typeof(Clause[]))]
[JsonSerializable(typeof(CourseEntry[]))]
[JsonSerializable(typeof(CurvePoint[]))]
[JsonSerializable(typeof(GivenApproval[]))]
[JsonSerializable(typeof(GuardReport[]))]
[JsonSerializable(typeof(GuardStatement[]))]
[JsonSerializable(typeof(HarmEstimate[]))]
[JsonSerializable(typeof(KindTime[]))]
[JsonSerializable(typeof(OverrideReport[]))]
[JsonSerializable(typeof(StageReport[]))]
[JsonSerializable(typeof(Standard[]))]
[JsonSerializable(typeof(Verdict))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(EvidencePack))]
[JsonSerializable(typeof(IReadOnlyList<InventoryEntry>))]
public sealed partial class ReportJson : JsonSerializerContext;
