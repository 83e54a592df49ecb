using System.Net;
using System.Net.Http.Json;
using System.Text;
using Haldane.Connect.Processes;
using Haldane.Console;
using Haldane.Console.Api;
using Haldane.Control.Access;
using Haldane.Control.Compute;
using Haldane.Control.Evaluators;
using Haldane.Control.Plans;
using Haldane.Control.Reports;
using Haldane.Control.Rollouts;
using Haldane.Control.Specifications;
using Haldane.Control.Webhooks;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Gateway;
using Haldane.Gateway.Routing;
using Haldane.Judge.Series;
using Haldane.Simulation.Trials;
using Haldane.Store.Signing;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.EndToEnd.Tests;

/// <summary>What a caller, a version and a sender of feedback did, as it stands in the store afterwards.</summary>
[Collection(Alone.Name)]
public sealed class EvidenceTests
{
    private const double Sealed = 229 / 254.0; // 0.9 in the token's steps of 1/254

    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly SpecificationSet Written = SpecificationReader.Read([new("moody.yaml", Encoding.UTF8.GetBytes("""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: moody }
        spec:
          route: { path: "/**" }
          subject: { header: X-User }
          segments: [{ name: country, header: X-Country, values: [MY] }]
          signals:
            prediction: { response: /label, classes: [legit, fraud] }
            confidence: { response: /score }
            values: [{ name: revenue, max: 500 }]
            events: [conversion]
          versions:
            - { name: v1, endpoints: ["http://127.0.0.1:1"] }
            - { name: v2, endpoints: ["http://127.0.0.1:1"] }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: moody-v2 }
        spec:
          model: moody
          baseline: v1
          canary: v2
          start: manual
          stages: [{ share: 50%, bake: 1h }]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }, { name: first-byte, signal: time-to-first-token, atMost: { value: 1h } }]
        """))]).Set!;

    [Fact]
    public async Task Everything_that_happened_is_in_the_stored_slices()
    {
        using var workspace = new Workspace();
        var slices = await LiveAsync(workspace.Store);

        foreach (var slice in slices)
        {
            AssertAddsUp(slice);
        }

        var canary = slices.Select(s => s.Canary).ToList();
        var baseline = slices.Select(s => s.Baseline).ToList();
        Assert.Equal((14, 0, 10, 8), Counts(canary));
        Assert.Equal((20, 0, 20, 20), Counts(baseline));
        Assert.Equal(
            ["conversion b 0: 1 of 1", "conversion c 0: 2 of 1", "conversion c 1: 2 of 1", "empty c 0: 2 of 1", "empty c 1: 2 of 1", "refused c 0: 4 of 2", "refused c 1: 3 of 1", "refused c 2: 1 of 1"],
            slices.SelectMany(s => s.Events).GroupBy(e => (e.Name, e.Arm, e.Cell)).OrderBy(g => (g.Key.Name, g.Key.Arm, g.Key.Cell))
                .Select(g => $"{g.Key.Name} {(g.Key.Arm == Arm.Canary ? "c" : "b")} {g.Key.Cell}: {g.Sum(e => e.Count)} of {g.Sum(e => e.Subjects)}"));
        AssertReported(canary);
        AssertReported(baseline);
        Assert.Equal(1, Of(canary, c => c.FirstToken, LatencyBuckets.IndexOf(1)));
        Assert.Equal(1, Of(canary, c => c.Latency, LatencyBuckets.IndexOf(3)));
        Assert.Equal(0, Of(baseline, c => c.Latency, LatencyBuckets.IndexOf(3)));
        var split = new Assigner("moody", "moody-v2");
        Assert.Equal(4, canary.Sum(a => a.AnswersByGroup.Count == 0 ? 0 : a.AnswersByGroup[SubjectGroups.Of(Assigner.IdentityOf(split.HashOf(Subject(Arm.Canary, 0))))]));

        var labels = slices.SelectMany(s => s.Labels).Where(l => l.Cell == 0).ToList();
        Assert.Equal((2, 1, 1, 0), (Sum(Arm.Canary, l => l.Labelled), Sum(Arm.Canary, l => l.Wrong), Sum(Arm.Baseline, l => l.Labelled), Sum(Arm.Baseline, l => l.Wrong)));
        var calibration = slices.SelectMany(s => s.Calibration).Where(c => c.Cell == 0).ToList();
        Assert.All(calibration, c => Assert.Equal(ConfidenceBins.Of(Sealed), c.Bin));
        Assert.Equal((3, 2), (calibration.Sum(c => c.Labelled), calibration.Sum(c => c.Right)));
        Assert.Equal(3 * Sealed, calibration.Sum(c => c.Confidence), 1e-12);
        var values = slices.SelectMany(s => s.Values).Where(v => v.Cell == 0).ToList();
        Assert.Equal([(0, 7.0), (1, 510.0)], values.GroupBy(v => (int)v.Arm).OrderBy(g => g.Key).Select(g => (g.Key, g.Sum(v => v.Sum))));
        Assert.Equal((4, 3, 49.0 + 100 + 250_000), (values.Sum(v => v.Count), values.Sum(v => v.NonZero), values.Sum(v => v.SumOfSquares)));

        long Sum(Arm arm, Func<LabelCounts, long> number) => labels.Where(l => l.Arm == arm).Sum(number);
    }

    private static async Task<List<EvidenceSlice>> LiveAsync(string file)
    {
        var clock = new StandingClock();
        var firstByteSeen = new TaskCompletionSource();
        await using var model = await MoodyModel.StartAsync(clock, firstByteSeen.Task);
        var models = Written.Models.Select(m => m with { Versions = m.Versions.Select(v => v with { Endpoints = [model.Address] }).ToValueList() });
        await using var store = await SqliteStore.OpenAsync(file, None);
        var tokens = new TokenCodec(await store.InstallationKeyAsync(None));
        using var router = new GatewayRouter();
        using var controller = await RolloutController.RecoverAsync(
            new([.. models], Written.Rollouts), store, router, tokens, TimeProvider.System, NullLogger<RolloutController>.Instance, None);
        await using var gateway = await GatewayServer.StartAsync([new(new(IPAddress.Loopback, 0), false)], router, tokens, clock, NullLoggerFactory.Instance, None);
        using var desk = new JudgeDesk(new SeriesJudge(), null, TimeProvider.System);
        using var people = await TokenDesk.RecoverAsync(null, store, TimeProvider.System, None);
        var webhooks = await WebhookDesk.RecoverAsync([], null, store, store.Webhooks, TimeProvider.System, static () => 0.5, NullLogger<WebhookDesk>.Instance, None);
        using var specifications = new SpecificationDesk(await StoredSpecification.RecoverAsync(store, null, prune: false, TimeProvider.System, None), controller, null!); // nothing is applied here
        using var reports = new ReportDesk(new(store, store, LedgerSignatures.Check), store, controller, () => [.. models], TimeProvider.System);
        await using var compute = new ComputeRouter(router, null!, router.Replay, TimeProvider.System); // no version has a process of its own
        var evaluation = new EvaluationDesk(router.Samples, null!, controller, TimeProvider.System, NullLogger<EvaluationDesk>.Instance); // no model has an evaluator
        using var plans = new PlanDesk(() => (specifications.Current.Revision, specifications.Current.Set), new PlanSimulator(), LowThread.Begin, TimeProvider.System);
        await using var admin = await AdminServer.StartAsync(new(new(IPAddress.Loopback, 0)), new(controller, specifications, people, store, router, desk, webhooks, reports, controller.Gauges, compute, evaluation, plans, TimeProvider.System), NullLoggerFactory.Instance, None);
        using var stop = new CancellationTokenSource();
        await controller.CommandAsync("moody-v2", RolloutCommand.Start, Person.Anyone, null, None);
        var loop = controller.RunAsync(stop.Token);

        using var callers = new HttpClient { BaseAddress = new(gateway.Addresses[0]) };
        var answered = await CallAsync(callers, firstByteSeen);
        using var tellers = new HttpClient { BaseAddress = new(admin.Address) };
        await TellAsync(tellers, answered);

        await gateway.StopAsync(None);
        await stop.CancelAsync();
        await loop;
        await controller.TickAsync(None);
        Assert.True(controller.Health.Ready, controller.Health.Message);
        Assert.True((await store.VerifyAsync(None)).IsWhole);
        return await store.EvidenceAsync(1, None).Select(s => s.Slice).ToListAsync();
    }

    // Canary subjects 0, 2, 4 ... live in MY, the others elsewhere. Gives the token of each subject's last answer.
    private static async Task<Dictionary<(Arm Arm, int Number), string>> CallAsync(HttpClient callers, TaskCompletionSource firstByteSeen)
    {
        var answered = new Dictionary<(Arm, int), string>();
        for (var i = 0; i < 10; i++)
        {
            await SendAsync(Arm.Baseline, i, "");
            await SendAsync(Arm.Baseline, i, "");
        }

        foreach (var (number, mood) in new[] { (0, "refuse"), (0, "refuse"), (0, "refuse"), (1, "refuse"), (2, "empty"), (2, "empty"), (3, "slow"), (0, "") })
        {
            await SendAsync(Arm.Canary, number, mood);
        }

        for (var i = 4; i < 10; i++)
        {
            await SendAsync(Arm.Canary, i, "");
        }

        return answered;

        async Task SendAsync(Arm arm, int number, string mood)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent("{}") };
            request.Headers.Add("X-User", Subject(arm, number));
            request.Headers.Add("X-Country", number % 2 == 0 ? "MY" : "SG");
            request.Headers.Add("X-Do", mood);
            using var response = await callers.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var body = await response.Content.ReadAsStreamAsync();
            if (body.ReadByte() >= 0 && mood == "slow")
            {
                firstByteSeen.SetResult();
            }

            await body.CopyToAsync(Stream.Null);
            answered[(arm, number)] = response.Headers.GetValues("x-haldane-exchange").Single();
        }
    }

    private static async Task TellAsync(HttpClient people, Dictionary<(Arm Arm, int Number), string> answered)
    {
        string c4 = answered[(Arm.Canary, 4)], c5 = answered[(Arm.Canary, 5)], b0 = answered[(Arm.Baseline, 0)];
        object[] items =
        [
            new { exchange = c4, label = "legit", values = new { revenue = 10 }, events = new[] { "conversion" } },
            new { exchange = c5, label = "fraud", values = new { revenue = 1_000 } },
            new { exchange = b0, label = "legit", values = new { revenue = 0 } },
            new { exchange = c4, events = new[] { "conversion" }, id = "again" },
            new { subject = Subject(Arm.Baseline, 1), values = new { revenue = 7 }, events = new[] { "conversion" } },
            new { exchange = c5, events = new[] { "convertion" } },
        ];

        using var response = await people.PostAsJsonAsync("/api/v1/feedback", items);
        var receipt = (await response.Content.ReadFromJsonAsync(CoreJson.Default.FeedbackReceipt))!;

        Assert.Equal(new(5, 0, 0, ["items[5]: events: convertion is no event of model moody; one of conversion"]), receipt);
    }

    private static void AssertAddsUp(EvidenceSlice slice)
    {
        foreach (var arm in (Arm[])[Arm.Baseline, Arm.Canary])
        {
            var evidence = slice.Of(arm);
            var everyone = evidence.Cells[0];
            var own = slice.Events.Where(e => e.Arm == arm && GatewayEvents.All.Contains(e.Name)).ToList();
            var refused = own.Where(e => e.Cell == 0 && e.Name == GatewayEvents.Refused).Sum(e => e.Count);
            var empty = own.Where(e => e.Cell == 0 && e.Name == GatewayEvents.Empty).Sum(e => e.Count);
            Assert.Equal(everyone.Exchanges, evidence.AnswersByGroup.Sum() + everyone.Errors);
            Assert.Equal(everyone.Exchanges, everyone.Errors + everyone.Latency.Total() + refused);
            Assert.Equal(everyone.Latency.Total(), everyone.FirstToken.Total() + empty);
            Assert.Equal(everyone.Latency.Total(), everyone.Classes.Sum() + everyone.Unread);
            Assert.Equal(everyone.Exchanges, evidence.Cells.Skip(1).Sum(c => c.Exchanges));
            Assert.Equal(everyone.FirstToken.Total(), evidence.Cells.Skip(1).Sum(c => c.FirstToken.Total()));
            foreach (var name in GatewayEvents.All)
            {
                var ofName = own.Where(e => e.Name == name).ToList();
                Assert.Equal(ofName.Where(e => e.Cell == 0).Sum(e => e.Count), ofName.Where(e => e.Cell != 0).Sum(e => e.Count));
                Assert.Equal(ofName.Where(e => e.Cell == 0).Sum(e => e.Subjects), evidence.EventSubjects.Where(e => e.Name == name).Sum(e => e.Subjects.Count));
            }
        }

        Assert.All(slice.Labels, l => Assert.Equal(
            (l.Labelled, l.Labelled - l.Wrong),
            (Bins(l).Sum(c => c.Labelled), Bins(l).Sum(c => c.Right))));

        IEnumerable<CalibrationCounts> Bins(LabelCounts label) =>
            slice.Calibration.Where(c => (c.Stage, c.Arm, c.Cell) == (label.Stage, label.Arm, label.Cell));
    }

    // What answers were like by group of subjects comes now and then: each report holds everything since the one before.
    private static void AssertReported(IReadOnlyCollection<ArmEvidence> arm)
    {
        AssertReported(arm, c => c.Exchanges - c.Errors, g => g.Answers.Buckets.Zip(g.Answers.Counts).Where(b => SubjectGroups.Parts(b.First).What == 0).Sum(b => b.Second));
        AssertReported(arm, c => c.Latency.Total(), g => g.Latency.Total());
        AssertReported(arm, c => c.FirstToken.Total(), g => g.FirstToken.Total());
        AssertReported(arm, c => c.Classes.Sum(), g => g.Classes.Total());
        AssertReported(arm, c => c.Confidence.Sum(), g => g.Confidence.Total());
    }

    private static void AssertReported(IEnumerable<ArmEvidence> arm, Func<CellEvidence, long> counted, Func<GroupedAnswers, long> told)
    {
        var (reports, since) = (0, 0L);
        foreach (var evidence in arm)
        {
            since += counted(evidence.Cells[0]);
            if (evidence.ByGroup is { } report && told(report) is > 0 and var now)
            {
                Assert.Equal(since, now);
                (reports, since) = (reports + 1, 0);
            }
        }

        Assert.True(reports > 0);
    }

    private static (long Exchanges, long Errors, long Latency, long FirstToken) Counts(IReadOnlyCollection<ArmEvidence> arm) => (
        arm.Sum(a => a.Cells[0].Exchanges), arm.Sum(a => a.Cells[0].Errors), arm.Sum(a => a.Cells[0].Latency.Total()), arm.Sum(a => a.Cells[0].FirstToken.Total()));

    private static long Of(IEnumerable<ArmEvidence> arm, Func<CellEvidence, SparseCounts> histogram, int bucket) => arm
        .Select(a => histogram(a.Cells[0])).Sum(h => h.Buckets.Zip(h.Counts).Where(b => b.First == bucket).Sum(b => b.Second));

    private static string Subject(Arm arm, int number)
    {
        var split = new Assigner("moody", "moody-v2");
        return Enumerable.Range(0, 1_000).Select(i => $"user-{i}").Where(s => split.ArmOf(s, new(5_000)) == arm).ElementAt(number);
    }
}
