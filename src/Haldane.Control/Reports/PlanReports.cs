using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ledger;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;

namespace Haldane.Control.Reports;

/// <summary>Says what was changed and what was promised, from the plan that a run was begun with. Pure.</summary>
internal static class PlanReports
{
    /// <summary>What was changed.</summary>
    public static ChangeReport Change(RecordedPlan plan) => new()
    {
        About = plan.Start.About,
        Route = plan.Model.Route.Path,
        Protocol = plan.Model.Protocol,
        Subject = plan.Model.Subject switch
        {
            { Header: { } header } => $"the request header {header}",
            { Cookie: { } cookie } => $"the cookie {cookie}",
            _ => "nobody's: each request is assigned on its own",
        },
        Segments = plan.Model.Segments.Select(s => $"{s.Name}: {string.Join(", ", s.Values)}, {SegmentCells.Other}").ToValueList(),
        Failover = PackWords.Failover(plan.Model.Failover),
        Baseline = Version(plan.Model, plan.Rollout.Baseline),
        Canary = Version(plan.Model, plan.Rollout.Canary),
    };

    /// <summary>What was promised.</summary>
    public static RiskReport Risk(RecordedPlan plan)
    {
        var (rollout, cells) = (plan.Rollout, new SegmentCells(plan.Model.Segments));
        return new(rollout.Promise.FalseRollback, rollout.Promise.FalsePromotion, rollout.Guards.Select(Statement).ToValueList());

        GuardStatement Statement(GuardSpec guard)
        {
            var scanned = Enumerable.Range(1, cells.Count - 1).Count(cell => guard.Segments.Covers(plan.Model.Segments[cells.Owners[cell]].Name));
            var budget = Budget.Of(rollout, guard, scanned);
            return new()
            {
                Guard = guard.Name,
                Signal = guard.Signal.ToString(),
                Promise = GuardWords.PromiseOf(guard),
                Unit = GuardWords.UnitOf(guard),
                Bad = guard.Bad,
                Fine = guard.FineLine,
                AtLeast = guard.AtLeast,
                Floor = guard.Floor,
                RollbackPart = Math.Exp(-budget.FailAt),
                SegmentPart = scanned > 0 ? Math.Exp(-budget.SegmentFailAt) : null,
                Segments = scanned,
                RequiredIn = Enumerable.Range(0, rollout.Stages.Count).Where(stage => StageEnd.IsRequired(rollout, stage, guard)).ToValueList(),
            };
        }
    }

    private static VersionReport Version(ModelSpec model, string name) => model.FindVersion(name) is { } version
        ? new(name, version.Endpoints.Select(Address).ToValueList(), version.Override is { } change ? Overrides(change).ToValueList() : [])
        : new(name, [], []);

    // An address may hold a password or a key.
    private static string Address(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "(not an address)";

    private static IEnumerable<OverrideReport> Overrides(OverrideSpec change)
    {
        if (change.Model is { } model)
        {
            yield return new("model name", model);
        }

        if (change.System is { } system)
        {
            yield return new("system prompt", Fingerprint(system));
        }

        foreach (var parameter in change.Parameters)
        {
            yield return new($"parameter {parameter.Pointer}", parameter.Value is { } value ? Shown(value) : "removed");
        }

        foreach (var header in change.Headers)
        {
            yield return new($"header {header.Name}", header.Secret is null ? "set" : "set from a secret");
        }

        if (change.Path is { } path)
        {
            yield return new("path", $"{path.From ?? "all of it"} becomes {path.To}");
        }
    }

    // A temperature is what a reviewer looks for; a text may be a prompt.
    private static string Shown(string json)
    {
        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? json : Fingerprint(json);
    }

    private static string Fingerprint(string text) =>
        $"{text.Length:N0} characters, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}…";
}
