using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Ports;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;

namespace Haldane.Simulations;

/// <summary>What <c>haldane simulate</c> found, in its JSON form. Times are seconds, chances fractions with 95 % intervals.</summary>
internal sealed record SimulationReport
{
    public required string Rollout { get; init; }

    public required string Model { get; init; }

    /// <summary>Where the traffic comes from: the specification, or a recorded run.</summary>
    public required string Traffic { get; init; }

    public required double RequestsPerSecond { get; init; }

    public required int Runs { get; init; }

    public required int Seed { get; init; }

    public required double HorizonSeconds { get; init; }

    public required double FalseRollbackPromise { get; init; }

    public required double FalsePromotionPromise { get; init; }

    public required IReadOnlyList<GuardReport> Guards { get; init; }

    public required IReadOnlyList<CanaryReport> Canaries { get; init; }

    /// <summary>Sentences on what the plan cannot do, and what was not simulated.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, SimulationJson.Default.SimulationReport);
}

/// <summary>When a guard passes a canary that is as the baseline. Null: half of the runs never came to it.</summary>
internal sealed record GuardReport(string Guard, double? PassSeconds, double? PassSecondsEarly, double? PassSecondsLate, long? CanaryExchanges)
{
    public static GuardReport Of(GuardForecast forecast) => new(
        forecast.Guard, forecast.Passes?.Median.TotalSeconds, forecast.Passes?.Early.TotalSeconds, forecast.Passes?.Late?.TotalSeconds,
        forecast.CanaryExchanges);
}

/// <summary>A chance that was estimated: in how many runs it came so, and where it may lie.</summary>
internal sealed record ChanceReport(int Runs, double Chance, double Low, double High)
{
    public static ChanceReport Of(int count, int runs)
    {
        var (low, high) = ExactInterval.Of(count, runs);
        return new(count, count / (double)runs, low, high);
    }
}

/// <summary>What the runs of one canary came to.</summary>
internal sealed record CanaryReport
{
    public string? Guard { get; init; }

    public string? Segment { get; init; }

    public required string Size { get; init; }

    public required double Margins { get; init; }

    public double? Level { get; init; }

    public required CaseKind Kind { get; init; }

    public required ChanceReport RolledBack { get; init; }

    public required ChanceReport Promoted { get; init; }

    public required ChanceReport Neither { get; init; }

    public double? MedianSeconds { get; init; }

    public double? P90Seconds { get; init; }

    public required long MedianCanaryExchanges { get; init; }

    public required double MedianHarmedRequests { get; init; }

    public string? RolledBackBy { get; init; }

    public string? HeldBy { get; init; }

    public static CanaryReport Of(CaseSummary summary) => new()
    {
        Guard = summary.Case.Guard,
        Segment = summary.Case.Segment,
        Size = summary.Case.Size,
        Margins = summary.Case.Margins,
        Level = summary.Case.Level,
        Kind = summary.Case.Kind,
        RolledBack = ChanceReport.Of(summary.RolledBack, summary.Runs),
        Promoted = ChanceReport.Of(summary.Promoted, summary.Runs),
        Neither = ChanceReport.Of(summary.Neither, summary.Runs),
        MedianSeconds = summary.MedianTime?.TotalSeconds,
        P90Seconds = summary.LateTime?.TotalSeconds,
        MedianCanaryExchanges = summary.MedianCanaryExchanges,
        MedianHarmedRequests = summary.MedianHarmed,
        RolledBackBy = summary.UsualGuard,
        HeldBy = summary.UsualHold,
    };
}

/// <summary>What <c>haldane calibrate</c> found, in its JSON form.</summary>
internal sealed record CalibrationReport
{
    public required string Rollout { get; init; }

    public required int RecordedRun { get; init; }

    public required double RecordedSeconds { get; init; }

    public required long BaselineExchanges { get; init; }

    public required int Runs { get; init; }

    public required int Seed { get; init; }

    public required double FalseRollbackPromise { get; init; }

    public required ChanceReport RolledBack { get; init; }

    public required ChanceReport Promoted { get; init; }

    public required ChanceReport Neither { get; init; }

    public required IReadOnlyList<GuardCalibration> Guards { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, SimulationJson.Default.CalibrationReport);
}

/// <summary>In how many divisions a guard failed and passed the baseline.</summary>
internal sealed record GuardCalibration(string Guard, ChanceReport Failed, ChanceReport Passed, double? MedianPassSeconds);

/// <summary>JSON of simulations.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulationReport))]
[JsonSerializable(typeof(CalibrationReport))]
internal sealed partial class SimulationJson : JsonSerializerContext;
