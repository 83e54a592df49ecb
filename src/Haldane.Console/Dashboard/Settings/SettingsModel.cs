using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification.Changes;

namespace Haldane.Console.Dashboard.Settings;

/// <summary>How Haldane itself stands, as far as a person may see it.</summary>
/// <param name="Standing">Whether it does its work.</param>
/// <param name="Documents">What it goes by.</param>
/// <param name="Freezes">What keeps rollouts from moving on.</param>
/// <param name="Alerts">What other systems say.</param>
/// <param name="Processes">The processes of versions.</param>
/// <param name="Evaluators">Who scores answers.</param>
/// <param name="Gauges">What versions say of themselves.</param>
public sealed record SettingsModel(
    StandingModel Standing, ValueList<DocumentId> Documents, ValueList<FreezeView> Freezes, ValueList<AlertView> Alerts, ValueList<ComputeView> Processes, ValueList<EvaluatorView> Evaluators, ValueList<GaugeView> Gauges);

/// <summary>Whether Haldane does its work.</summary>
/// <param name="Ready">Whether the controller does.</param>
/// <param name="Message">What is wrong, or <c>ok</c>.</param>
/// <param name="Judged">When evidence was last judged; null before the first time.</param>
/// <param name="Revision">Of the specification in force.</param>
/// <param name="Version">Of the program.</param>
public sealed record StandingModel(bool Ready, string Message, DateTimeOffset? Judged, string Revision, string Version);
