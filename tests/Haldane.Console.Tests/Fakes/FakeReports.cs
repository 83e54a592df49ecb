using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Fakes;

/// <summary>A desk with one pack, of <c>fraud-v2</c>, and two models.</summary>
internal sealed class FakeReports : IReportDesk
{
    /// <summary>Which run was asked for.</summary>
    public int? Run { get; private set; }

    /// <summary>What comes instead of the pack; null for the pack.</summary>
    public PackOutcome? Outcome { get; set; }

    public Exception? Failure { get; set; }

    public List<InventoryEntry> Entries { get; } = [Entry("fraud"), Entry("chat")];

    public Task<PackOutcome> PackAsync(string rollout, int? run, Person person, CancellationToken cancel)
    {
        Run = run;
        return Failure is { } failure ? Task.FromException<PackOutcome>(failure)
            : Task.FromResult(rollout == "fraud-v2" && person.Covers("fraud") ? Outcome ?? PackOutcome.Of(Packs.Of()) : new(null, PackOutcomeKind.NotFound, $"there is no rollout {rollout} in the ledger"));
    }

    public Task<IReadOnlyList<InventoryEntry>> InventoryAsync(Person person, CancellationToken cancel) => Failure is { } failure
        ? Task.FromException<IReadOnlyList<InventoryEntry>>(failure)
        : Task.FromResult<IReadOnlyList<InventoryEntry>>([.. Entries.Where(e => person.Covers(e.Model))]);

    private static InventoryEntry Entry(string model) => new()
    {
        Model = model,
        Owner = "payments-risk",
        Risk = RiskClass.High,
        Protocol = Protocol.Http,
        Route = $"/{model}/**",
        Serving = "v1",
        Versions = ["v1", "v2"],
        Rollout = new($"{model}-v2", 3, Phase.Running, "v2", new(1_000)),
        Changed = new(7, Views.Noon, "stage-entered", $"{model}-v2", "judge"),
    };
}
