using Haldane.Characteristics.Report;
using Haldane.Core.Rollouts;

namespace Haldane.Characteristics.Peers;

/// <summary>How one rule ended one stream.</summary>
/// <param name="TakenBack">Whether it took the canary back.</param>
/// <param name="Promoted">Whether it promoted it; neither means that it still holds.</param>
/// <param name="CanaryRequests">Requests that the canary had served by then.</param>
internal readonly record struct RuleEnd(bool TakenBack, bool Promoted, long CanaryRequests);

/// <summary>What one rule came to in one world.</summary>
/// <param name="Streams">Streams.</param>
/// <param name="TakenBack">Those taken back.</param>
/// <param name="Promoted">Those promoted.</param>
/// <param name="MedianRequests">Median canary requests until it was taken back, a stream that was not counting as endless; null when that is more than half of them.</param>
/// <param name="Requests">Canary requests of each stream that was taken back, in order.</param>
internal readonly record struct RuleSummary(int Streams, int TakenBack, int Promoted, double? MedianRequests, IReadOnlyList<long> Requests)
{
    /// <summary>Part of the streams taken back.</summary>
    public double Rate => TakenBack / (double)Streams;

    /// <summary>Sums up.</summary>
    public static RuleSummary Of(IReadOnlyList<RuleEnd> ends)
    {
        var requests = ends.Where(e => e.TakenBack).Select(e => e.CanaryRequests).Order().ToList();
        return new(ends.Count, requests.Count, ends.Count(e => e.Promoted), 2 * requests.Count > ends.Count ? requests[ends.Count / 2] : null, requests);
    }
}

/// <summary>All rules on the same streams of one world.</summary>
internal static class Comparison
{
    /// <summary>The rules, in the order of every row.</summary>
    public static readonly (string Name, Func<PeerRule>? Open)[] Rules =
    [
        ("Haldane", null),
        ("Argo, failureLimit 3", () => new ArgoRule(5, 3, Thresholds.Tight)),
        ("Argo, failureLimit 0", () => new ArgoRule(5, 0, Thresholds.Tight)),
        ("Argo, failureLimit 3, wide", () => new ArgoRule(5, 3, Thresholds.Wide)),
        ("Flagger, threshold 5", () => new FlaggerRule(5, Thresholds.Tight)),
        ("Flagger, threshold 5, wide", () => new FlaggerRule(5, Thresholds.Wide)),
        ("Kayenta, 95/75, growing", () => new KayentaRule()),
        ("z test at 5 %, each minute", () => new PeekedRule()),
    ];

    /// <summary>Runs streams of a world under a share; one summary per rule.</summary>
    public static RuleSummary[] Run(Harm harm, int sharePercent, int seed, int streams, Progress progress)
    {
        var ends = progress.Run($"{harm.Name}, share {sharePercent} %", streams, seed, random => One(harm, sharePercent, random));
        return [.. Enumerable.Range(0, Rules.Length).Select(r => RuleSummary.Of([.. ends.Select(e => e[r])]))];
    }

    private static RuleEnd[] One(Harm harm, int sharePercent, Random random)
    {
        var traffic = new Traffic(harm, sharePercent, random);
        var ours = new OurRule(sharePercent);
        var peers = Rules.Select(rule => rule.Open?.Invoke()).ToArray();
        var ends = new RuleEnd?[Rules.Length];
        var served = 0L;
        for (var minute = 1; minute <= Traffic.Minutes && ends.Contains(null); minute++)
        {
            var totals = traffic.Next(ends[0] is null ? ours.Take : null);
            served += totals.Canary.Exchanges;
            if (ends[0] is null && ours.Phase is Phase.Promoted or Phase.RolledBack)
            {
                ends[0] = new(ours.Phase == Phase.RolledBack, ours.Phase == Phase.Promoted, ours.CanaryExchanges);
            }

            for (var r = 1; r < Rules.Length; r++)
            {
                if (ends[r] is null && peers[r]!.TakesBack(minute, totals))
                {
                    ends[r] = new(true, false, served);
                }
            }
        }

        return [.. ends.Select((end, r) => end ?? new RuleEnd(false, r > 0, served))];
    }
}
