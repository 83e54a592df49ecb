using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>kind: Policy</c>.</summary>
internal static class PolicyFields
{
    private const string Example = "a freeze such as { name: year-end, from: 2026-12-18, until: 2027-01-04 } or { name: weekends, cron: \"0 16 * * 5\", for: 64h, zone: Europe/Berlin }";

    private static readonly string[] MomentFormats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    private static readonly ScalarShape<DateTime> Moment = new(
        "a date or a time of the freeze's zone, e.g. 2026-12-18 or 2026-12-18T16:00",
        static () => Amounts.Pattern("^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2})?)?$"),
        static (string text, out DateTime value, out string? cure) =>
        {
            cure = null;
            return DateTime.TryParseExact(text, MomentFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
        });

    /// <summary>When something happens again and again.</summary>
    internal static readonly ScalarShape<CronTimes> Cron = new(
        "five fields as in a crontab: minute, hour, day of month, month, day of week, e.g. \"0 16 * * 5\"",
        static () => new() { ["type"] = "string" },
        static (string text, [MaybeNullWhen(false)] out CronTimes value, out string? cure) =>
        {
            cure = null;
            return CronTimes.TryParse(text, out value);
        });

    /// <summary>Where clocks stand.</summary>
    internal static readonly ScalarShape<TimeZoneInfo> Zone = new(
        "the name of a time zone, e.g. Europe/Berlin",
        static () => new() { ["type"] = "string" },
        static (string text, [MaybeNullWhen(false)] out TimeZoneInfo value, out string? cure) =>
        {
            cure = null;
            return TimeZoneInfo.TryFindSystemTimeZoneById(text, out value);
        });

    private static readonly MappingShape<FreezeSpec> Freeze = new(
        Example,
        new(),
        [
            Field<FreezeSpec, string>.Required("name", Texts.Name, (f, v) => f with { Name = v }, "What the freeze is called; unique among all freezes."),
            Field<FreezeSpec, DateTime>.Optional("from", Moment, (f, v) => f with { From = v }, "The first moment of a freeze that happens once."),
            Field<FreezeSpec, DateTime>.Optional("until", Moment, (f, v) => f with { To = v }, "The moment that it ends; a date alone is its first moment."),
            Field<FreezeSpec, CronTimes>.Optional("cron", Cron, (f, v) => f with { Times = v }, "When each window of a freeze begins that happens again and again."),
            Field<FreezeSpec, TimeSpan>.Optional("for", Amounts.Window, (f, v) => f with { For = v }, "How long each window lasts, e.g. 64h."),
            Field<FreezeSpec, TimeZoneInfo>.Optional("zone", Zone, (f, v) => f with { Zone = v }, "Where the clocks stand. Default: UTC."),
            Field<FreezeSpec, string>.Optional("why", Texts.Line, (f, v) => f with { Why = v }, "Why, one sentence."),
        ],
        CheckFreeze);

    /// <summary>The field <c>spec</c> of a policy. The name comes from <c>metadata</c>.</summary>
    public static readonly MappingShape<PolicySpec> Spec = new(
        "the policy's fields: models, atMost and freezes",
        new() { Name = "" },
        [
            Field<PolicySpec, ValueList<string>>.Optional(
                "models", new ListShape<string>(Texts.Name, 1, 1_000, "models", Unique.Values), (p, v) => p with { Models = v }, "The models that the policy is for. Default: all."),
            Field<PolicySpec, int>.Optional(
                "atMost", Amounts.AtOnce, (p, v) => p with { AtMost = v }, "How many rollouts of these models may move at once; with 1, no model moves while another does. Default: any number."),
            Field<PolicySpec, ValueList<FreezeSpec>>.Optional(
                "freezes", new ListShape<FreezeSpec>(Freeze, 1, 100, "freezes", Unique.Names), (p, v) => p with { Freezes = v },
                "When no rollout of these models starts, enters a further stage or is promoted. Taking back is never frozen."),
        ],
        static (policy, node, errors) =>
        {
            if (node is { Entries.Count: 0, IsCut: false } || (node.Find("atMost") is null && node.Find("freezes") is null))
            {
                errors.Report(node, "found neither \"atMost\" nor \"freezes\"; wanted one of them at least: a policy without them does nothing");
            }

            return policy;
        });

    private static FreezeSpec CheckFreeze(FreezeSpec freeze, YamlMapping node, FileErrors errors)
    {
        var (once, often) = (node.Find("from") is not null || node.Find("until") is not null, node.Find("cron") is not null || node.Find("for") is not null);
        if (once == often)
        {
            errors.Report(node, $"found {(once ? "both from or until, and cron or for" : "neither from and until, nor cron and for")}; wanted {Example}");
        }
        else if (once && (node.Find("from") is null || node.Find("until") is null))
        {
            errors.Report(node, "found one of from and until; wanted both");
        }
        else if (often && (node.Find("cron") is null || node.Find("for") is null))
        {
            errors.Report(node, "found one of cron and for; wanted both");
        }
        else if (freeze.From >= freeze.To)
        {
            errors.Wrong(node.Find("until")!, $"a moment after {node.FindScalar("from")?.Text}");
        }

        return freeze;
    }
}
