using Haldane.Core.Ports;

namespace Haldane.Console.Dashboard.Shadow;

/// <summary>What became of the copies, since the gateway has started.</summary>
/// <param name="Totals">The totals of the model; null before the first copy.</param>
/// <param name="Newest">When the request of the newest pair that is kept came; null without one.</param>
public sealed record PairTotalsModel(ShadowTraffic? Totals, DateTimeOffset? Newest);
