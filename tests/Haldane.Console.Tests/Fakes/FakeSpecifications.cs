using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Two models, a rollout of each, a policy of all; remembers what is asked.</summary>
internal sealed class FakeSpecifications : ISpecificationDesk
{
    private static readonly SpecificationSet Set = new([Model("chat"), Model("fraud")], [Plan("chat-v2", "chat"), Plan("fraud-v2", "fraud")]) { Policies = [new() { Name = "all" }] };

    public SpecificationView Current { get; } = new(
        "abc",
        [
            .. new DocumentId[] { new("Model", "chat"), new("Model", "fraud"), new("Rollout", "chat-v2"), new("Rollout", "fraud-v2"), new("Policy", "all") }
                .Select(id => new SpecificationDocument(id, $"kind: {id.Kind} # {id.Name}\n")),
        ],
        Set);

    public ApplyReport Report { get; set; } = new(ChangeOutcome.Applied, "done", "abd");

    public List<(ChangeOrder Order, Person By)> Asked { get; } = [];

    public Task<ApplyReport> ApplyAsync(ChangeOrder order, Person by, CancellationToken cancel)
    {
        Asked.Add((order, by));
        return Task.FromResult(Report);
    }

    private static ModelSpec Model(string name) => new() { Name = name, Route = new($"/{name}"), Versions = [new("v1", ["http://127.0.0.1:9"]), new("v2", ["http://127.0.0.1:8"])] };

    private static RolloutSpec Plan(string name, string model) => new()
    {
        Name = name,
        Model = model,
        Baseline = "v1",
        Canary = "v2",
        Stages = [new(new(1_000), TimeSpan.FromSeconds(3))],
        Guards = [],
    };
}
