namespace Haldane.Core.Alerts;

/// <summary>An alert of another system that stands: it has been told to us, and not yet that it is over.</summary>
/// <param name="Id">What tells it from others: of who told of it and his fingerprint, so that nobody speaks for somebody else's.</param>
/// <param name="Labels">Its labels, by name.</param>
/// <param name="Summary">What its sender says of it; null when nothing.</param>
/// <param name="Since">Since when it stands, as its sender says.</param>
/// <param name="By">Who told.</param>
/// <param name="Models">The models that the sender has to do with; empty for all.</param>
public sealed record StandingAlert(string Id, ValueList<Label> Labels, string? Summary, DateTimeOffset Since, string By, ValueList<string> Models)
{
    /// <summary>What it is called: its label <c>alertname</c>, or what tells it from others.</summary>
    public string Name => Labels.FirstOrDefault(l => l.Name == "alertname")?.Value ?? Id;
}

/// <summary>Names alerts. Pure.</summary>
public static class AlertIds
{
    /// <summary>The name of an alert: 12 hex digits.</summary>
    /// <param name="teller">Who told of it.</param>
    /// <param name="fingerprint">How he tells it from his others.</param>
    public static string Of(string teller, string fingerprint) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{teller}\n{fingerprint}")).AsSpan(0, 6));
}

/// <summary>A label, as Prometheus has them.</summary>
/// <param name="Name">E.g. <c>alertname</c>.</param>
/// <param name="Value">Exactly.</param>
public sealed record Label(string Name, string Value);
