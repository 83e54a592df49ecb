using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Alerts;
using Haldane.Core.Ports;

namespace Haldane.Console.Api;

/// <summary>Reads what Alertmanager posts to a webhook, version 4 of its format, and what speaks like it (Grafana, VictoriaMetrics). Pure.</summary>
/// <remarks>Fields that we have no use for are passed over: the format is not ours, and new ones come.</remarks>
internal static class AlertmanagerBody
{
    private const int MostLabels = 64;
    private const int LongestLabel = 500;
    private const int LongestSummary = 300;

    /// <summary>The news of a body and what is wrong with single alerts of it, or what is wrong with the whole.</summary>
    /// <remarks>One alert that cannot be read must not keep the others from us: their sender does not send them again.</remarks>
    public static (IReadOnlyList<AlertNews> News, IReadOnlyList<string> Unfit, string? Mistake) Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.String || version.GetString() != "4")
        {
            return ([], [], "version: wanted is \"4\", as Alertmanager's webhooks have it");
        }

        if (!body.TryGetProperty("alerts", out var alerts) || alerts.ValueKind != JsonValueKind.Array)
        {
            return ([], [], "alerts: wanted is an array");
        }

        var (news, unfit) = (new List<AlertNews>(), new List<string>());
        foreach (var (i, alert) in alerts.EnumerateArray().Index())
        {
            var (one, mistake) = ReadAlert(alert);
            if (one is null)
            {
                unfit.Add($"alerts[{i}]{mistake}");
            }
            else
            {
                news.Add(one);
            }
        }

        return (news, unfit, null);
    }

    private static (AlertNews? News, string? Mistake) ReadAlert(JsonElement alert)
    {
        var status = Text(alert, "status");
        if (status is not ("firing" or "resolved"))
        {
            return (null, ".status: wanted is firing or resolved");
        }

        if (Labels(alert) is not { Count: > 0 } labels)
        {
            return (null, $".labels: wanted is an object of 1 to {MostLabels} texts of at most {LongestLabel} characters");
        }

        if (Text(alert, "fingerprint") is { } given && (given.Length is 0 or > LongestLabel || given.Any(char.IsControl)))
        {
            return (null, $".fingerprint: wanted is a text of 1 to {LongestLabel} characters");
        }

        var summary = alert.TryGetProperty("annotations", out var annotations) ? Text(annotations, "summary") ?? Text(annotations, "description") : null;
        var since = Text(alert, "startsAt") is { } text && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at) && at.Year > 1 ? at : (DateTimeOffset?)null;
        return (new(status == "firing", Text(alert, "fingerprint") ?? FingerprintOf(labels), labels, Plain(summary), since), null);
    }

    private static ValueList<Label>? Labels(JsonElement alert)
    {
        if (!alert.TryGetProperty("labels", out var labels) || labels.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        Label[] read = [.. labels.EnumerateObject().Take(MostLabels + 1).Select(l => new Label(l.Name, l.Value.ValueKind == JsonValueKind.String ? l.Value.GetString()! : "\n")).OrderBy(l => l.Name, StringComparer.Ordinal)];
        return read.Length <= MostLabels && read.All(l => IsFit(l.Name) && IsFit(l.Value)) ? [.. read] : null;
    }

    private static bool IsFit(string text) => text.Length <= LongestLabel && !text.Any(char.IsControl);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // It goes to the ledger, to logs and to terminals.
    private static string? Plain(string? summary)
    {
        var words = summary is null ? "" : string.Join(' ', summary.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        var plain = new string([.. words.Where(c => !char.IsControl(c))]);
        return plain.Length == 0 ? null : plain.Length <= LongestSummary ? plain : string.Concat(plain.AsSpan(0, LongestSummary), "…");
    }

    private static string FingerprintOf(ValueList<Label> labels) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', labels.Select(l => $"{l.Name}\t{l.Value}")))).AsSpan(0, 8));
}
