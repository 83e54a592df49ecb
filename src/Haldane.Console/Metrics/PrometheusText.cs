using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Metrics;

/// <summary>Writes the state of things in the Prometheus text format 0.0.4. Pure.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(Measured measured)
    {
        var text = new StringBuilder();
        Health(text, measured.Health);
        Traffic(text, measured.Traffic);
        Shadows(text, measured.Shadows);
        Evaluators(text, measured.Evaluators);
        Serving(text, measured.Models, measured.Rollouts);
        Rollouts(text, measured.Rollouts);
        Family(text, "haldane_process_phase", "gauge", "1 for the phase of a version's own process.", measured.Processes.SelectMany(
            p => Enum.GetValues<ComputePhase>().Select(x => (Labels(("model", p.Model), ("version", p.Version), ("phase", x.ToString())), p.Phase == x ? 1.0 : 0))));
        Webhooks(text, measured.Webhooks);
        return text.ToString();
    }

    private static void Health(StringBuilder text, ControlHealth health)
    {
        Family(text, "haldane_ready", "gauge", "Whether the controller does its work.", [([], health.Ready ? 1 : 0)]);
        Family(text, "haldane_tick_timestamp_seconds", "gauge", "When evidence was last judged.", health.LastTick is { } tick ? [([], Seconds(tick))] : []);
    }

    private static void Traffic(StringBuilder text, IReadOnlyList<ModelTraffic> traffic)
    {
        Counter("haldane_exchanges_total", "Exchanges that ended.", t => t.Exchanges);
        Counter("haldane_exchange_errors_total", "Exchanges that failed: refused, reset, timed out, 5xx.", t => t.Errors);
        Counter("haldane_unread_total", "Answers of which a prediction could not be read.", t => t.Unread);
        Counter("haldane_failovers_total", "Failed canary calls that the baseline answered.", t => t.FailedOver);
        Counter("haldane_abandoned_total", "Exchanges that the caller gave up.", t => t.Abandoned);
        Counter("haldane_retried_total", "Exchanges that the caller called its own retries; counted nowhere else.", t => t.Retried);
        Counter("haldane_unfit_total", "Requests that the version's override could not be applied to.", t => t.Unfit);
        Counter("haldane_ejected_total", "Calls of the canary's callers that went to the baseline, because the canary was plainly dead.", t => t.Ejected);
        Counter("haldane_overloaded_total", "Exchanges that the gateway had no room or no socket for.", t => t.Overloaded);

        void Counter(string name, string help, Func<ModelTraffic, long> value) => Family(
            text, name, "counter", help, traffic.Select(t => (Labels(("model", t.Model), ("arm", Name(t.Arm))), (double)value(t))));
    }

    private static void Shadows(StringBuilder text, IReadOnlyList<ShadowTraffic> shadows)
    {
        Counter("haldane_shadow_copies_total", "Copies of requests that the canary was asked.", s => s.Sent);
        Counter("haldane_shadow_failures_total", "Copies that the canary failed: refused, reset, timed out, 5xx.", s => s.Failed);
        Counter("haldane_shadow_pairs_total", "Pairs of answers that were compared.", s => s.Pairs);
        Counter("haldane_shadow_different_total", "Pairs of answers that differ.", s => s.Different);
        Family(text, "haldane_shadow_dropped_total", "counter", "Copies that were never sent, by reason.", shadows.SelectMany(
            s => new[] { ("full", s.Dropped.Full), ("rate", s.Dropped.Rate), ("large", s.Dropped.Large), ("late", s.Dropped.Late), ("unfit", s.Dropped.Unfit) }
                .Select(d => (Labels(("model", s.Model), ("reason", d.Item1)), (double)d.Item2))));

        void Counter(string name, string help, Func<ShadowTraffic, long> value) => Family(
            text, name, "counter", help, shadows.Select(s => (Labels(("model", s.Model)), (double)value(s))));
    }

    private static void Evaluators(StringBuilder text, IReadOnlyList<EvaluatorView> evaluators)
    {
        Family(text, "haldane_evaluations_total", "counter", "Answers that were chosen for an evaluator, by what became of them.", evaluators.SelectMany(
            e => new[] { ("baseline", e.Baseline), ("canary", e.Canary) }.SelectMany(arm => Outcomes(arm.Item2).Select(
                o => (Labels(("model", e.Model), ("evaluator", e.Evaluator), ("arm", arm.Item1), ("outcome", o.Name)), (double)o.Count)))));
        Family(text, "haldane_samples_dropped_total", "counter", "Exchanges that were chosen for evaluators and not kept, by reason.", evaluators.DistinctBy(e => e.Model).SelectMany(
            e => new[] { ("unfit", e.Unfit), ("full", e.Full) }.Select(d => (Labels(("model", e.Model), ("reason", d.Item1)), (double)d.Item2))));

        static (string Name, long Count)[] Outcomes(EvaluatorCounts c) =>
            [("scored", c.Scored), ("refused", c.Refused), ("invalid", c.Invalid), ("failed", c.Failed), ("skipped", c.Skipped), ("lost", c.Lost)];
    }

    private static void Serving(StringBuilder text, IReadOnlyList<ModelView> models, IReadOnlyList<RolloutView> rollouts)
    {
        var canaries = rollouts.ToDictionary(r => r.Rollout.Name, r => r.Rollout.Spec.Canary, StringComparer.Ordinal);
        Family(text, "haldane_serving_share", "gauge", "The part of a model's callers that is given to the version, from 0 to 1.", models.SelectMany(m =>
        {
            var canary = m.Rollout is null ? null : canaries.GetValueOrDefault(m.Rollout);
            return m.Versions.Select(v => (Labels(("model", m.Name), ("version", v)), (v == canary ? m.CanaryShare : v == m.Serving ? m.CanaryShare.Rest() : Share.None).Fraction));
        }));
    }

    private static void Rollouts(StringBuilder text, IReadOnlyList<RolloutView> rollouts)
    {
        Family(text, "haldane_rollout_share", "gauge", "What the canary serves, from 0 to 1.", rollouts.Select(r => (Of(r), r.Rollout.CanaryShare.Fraction)));
        Family(text, "haldane_rollout_phase", "gauge", "1 for the phase that the rollout is in.", rollouts.SelectMany(
            r => Enum.GetValues<Phase>().Select(p => ((string, string)[])[.. Of(r), ("phase", p.ToString())]).Select(l => (l, l[^1].Item2 == r.Rollout.Phase.ToString() ? 1.0 : 0))));
        Family(text, "haldane_rollout_hold", "gauge", "1 for the reason that a running rollout does not move on.", rollouts.Where(r => r.Rollout.IsActive).SelectMany(
            r => Enum.GetValues<HoldReason>().Select(h => (((string, string)[])[.. Of(r), ("reason", h.ToString())], r.Rollout.Hold == h ? 1.0 : 0))));
        Family(text, "haldane_rollout_since_timestamp_seconds", "gauge", "When the rollout entered its stage or its end.", rollouts
            .Where(r => r.Rollout.Phase != Phase.Draft).Select(r => (Of(r), Seconds(r.Rollout.Since))));
        Family(text, "haldane_guard_verdict", "gauge", "1 for the verdict of the guard.", Verdicts(rollouts).SelectMany(
            x => Enum.GetValues<VerdictKind>().Select(k => (((string, string)[])[.. x.Labels, ("verdict", k.ToString())], x.Verdict.Kind == k ? 1.0 : 0))));
        Family(text, "haldane_guard_estimate", "gauge", "The estimate on the guard's scale.", Verdicts(rollouts)
            .Where(x => x.Verdict.Estimate is not null).Select(x => (x.Labels, x.Verdict.Estimate!.Value)));
        Family(text, "haldane_guard_proof", "gauge", "How far the proof of harm (Fail) or of none (Pass) has come, from 0 to 1.", Verdicts(rollouts).SelectMany(
            x => new[] { (VerdictKind.Fail, x.Verdict.FailEvidence, x.Verdict.FailAt), (VerdictKind.Pass, x.Verdict.PassEvidence, x.Verdict.PassAt) }
                .Where(p => p.Item3 > 0).Select(p => (((string, string)[])[.. x.Labels, ("toward", p.Item1.ToString())], Math.Clamp(p.Item2 / p.Item3, 0, 1)))));
        Family(text, "haldane_latency_seconds", "gauge", "Latency over the last ten seconds.", rollouts
            .Where(r => r is { Rollout.IsActive: true, Series.Count: > 0 }).SelectMany(Latencies));
    }

    private static IEnumerable<((string, string)[], double)> Latencies(RolloutView view)
    {
        var last = view.Series[^1];
        foreach (var (arm, point) in new[] { ("baseline", last.Baseline), ("canary", last.Canary) })
        {
            foreach (var (quantile, seconds) in new[] { ("0.5", point.P50), ("0.95", point.P95), ("0.99", point.P99) })
            {
                if (seconds is { } known)
                {
                    yield return ([.. Of(view), ("arm", arm), ("quantile", quantile)], known);
                }
            }
        }
    }

    private static IEnumerable<((string, string)[] Labels, Verdict Verdict)> Verdicts(IReadOnlyList<RolloutView> rollouts) => rollouts.SelectMany(
        r => (r.Judgement?.Verdicts ?? []).Select(v => (((string, string)[])[.. Of(r), ("guard", v.Guard)], v)));

    private static (string, string)[] Of(RolloutView view) => [("rollout", view.Rollout.Name), ("model", view.Rollout.Spec.Model)];

    private static (string, string)[] Labels(params (string, string)[] labels) => labels;

    private static void Webhooks(StringBuilder text, IReadOnlyList<WebhookStanding> webhooks)
    {
        Family(text, "haldane_webhook_state", "gauge", "1 for the state of the webhook.", webhooks.SelectMany(
            w => Enum.GetValues<WebhookState>().Select(s => (Labels(("webhook", w.Name), ("state", s.ToString())), w.State == s ? 1.0 : 0))));
        Family(text, "haldane_webhook_behind", "gauge", "Records of the ledger that the webhook has yet to deal with.", webhooks.Select(w => (Labels(("webhook", w.Name)), (double)w.Behind)));
        Family(text, "haldane_webhook_given_up_total", "counter", "Records that were given up for the webhook.", webhooks.Select(w => (Labels(("webhook", w.Name)), (double)w.GivenUp)));
    }

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    private static string Name(Arm arm) => arm == Arm.Canary ? "canary" : "baseline";

    private static void Family(StringBuilder text, string name, string type, string help, IEnumerable<((string Key, string Value)[] Labels, double Value)> samples)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, value) in samples)
        {
            text.Append(name);
            if (labels.Length > 0)
            {
                text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\"")).Append('}');
            }

            text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
