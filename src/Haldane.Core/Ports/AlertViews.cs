using Haldane.Core.Alerts;

namespace Haldane.Core.Ports;

/// <summary>What another system tells of its alerts.</summary>
/// <param name="IsFiring">Whether it stands; else it is over.</param>
/// <param name="Fingerprint">What tells it from others.</param>
/// <param name="Labels">Its labels, by name.</param>
/// <param name="Summary">What is said of it; null when nothing.</param>
/// <param name="Since">Since when it stands; null when nobody says.</param>
public sealed record AlertNews(bool IsFiring, string Fingerprint, ValueList<Label> Labels, string? Summary, DateTimeOffset? Since);

/// <summary>What became of news of alerts.</summary>
/// <param name="Standing">Alerts that stand now and matter to a rollout.</param>
/// <param name="Over">Alerts that stood and are over.</param>
/// <param name="Ignored">News that matters to no rollout, or was known.</param>
/// <param name="Unfit">News that could not be read: the rest was taken.</param>
public sealed record AlertReceipt(int Standing, int Over, int Ignored, int Unfit);

/// <summary>An alert that stands, as people see it.</summary>
/// <param name="Id">What tells it from others.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Summary">What is said of it; null when nothing.</param>
/// <param name="Since">Since when it stands.</param>
/// <param name="By">Who told.</param>
/// <param name="Holds">Rollouts that it holds.</param>
/// <param name="TakesBack">Rollouts whose canary it takes back.</param>
public sealed record AlertView(string Id, string Name, ValueList<Label> Labels, string? Summary, DateTimeOffset Since, string By, ValueList<string> Holds, ValueList<string> TakesBack);
