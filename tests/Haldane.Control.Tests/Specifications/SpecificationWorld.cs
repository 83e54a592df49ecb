using System.Text;
using Haldane.Control.Rollouts;
using Haldane.Control.Specifications;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Specifications;

/// <summary>A controller and a desk that changes its specification; the disk outlives them.</summary>
internal sealed class SpecificationWorld : IDisposable
{
    public static readonly CancellationToken None = CancellationToken.None;
    public static readonly Person Ann = Person.Anyone with { Name = "ann" };

    private readonly HandTime _time = new();
    private readonly List<IDisposable> _open = [];

    public Disk Disk { get; } = new();

    public Journal Journal { get; } = new();

    public HandParts Outside { get; } = new();

    public MemoryStore Store { get; private set; } = null!;

    public RolloutController Controller { get; private set; } = null!;

    public SpecificationDesk Desk { get; private set; } = null!;

    public void Dispose() => _open.ForEach(o => o.Dispose());

    /// <summary>The next process, with the files of its start; without any, what the store has.</summary>
    public async Task OpenAsync(params string[] files)
    {
        Store = new(Disk, Journal);
        var router = new HandRouter(Journal) { Traffic = split => Make.Traffic(split), IsDead = () => Store.IsDead };
        var stored = await StoredSpecification.RecoverAsync(Store, files is [] ? null : [Source(string.Join("---\n", files))], prune: false, _time, None);
        await stored.KeepAsync();
        Controller = await RolloutController.RecoverAsync(stored.Current.Set, Store, router, new TokenCodec(new byte[32]), _time, new Lines<RolloutController>(), None);
        Desk = new(stored, Controller, Outside);
        _open.AddRange([Controller, Desk]);
    }

    public Task<ApplyReport> SendAsync(string text) => ApplyAsync(new() { Sources = [Source(text)], Why = "because" });

    public Task<ApplyReport> ApplyAsync(ChangeOrder order) => Desk.ApplyAsync(order, Ann, None);

    public static SpecificationSource Source(string text) => new("sent.yaml", Encoding.UTF8.GetBytes(text));

    public static string Head(string kind, string name) => $"apiVersion: haldane.dev/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\n";

    public static string Model(string name = "fraud") => Head("Model", name) + $$"""
        spec:
          route: { path: /{{name}} }
          versions:
            - { name: v1, endpoints: ["http://127.0.0.1:9001"] }
            - { name: v2, endpoints: ["http://127.0.0.1:9002"] }
            - { name: v3, endpoints: ["http://127.0.0.1:9004"] }

        """;

    public static string Plan(string start = "manual", string name = "fraud-v2", string canary = "v2") => Head("Rollout", name) + $$"""
        spec:
          model: fraud
          baseline: v1
          canary: {{canary}}
          start: {{start}}
          stages: [{ share: 5%, bake: 10m }, { share: 50%, bake: 10m }]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2 } }]

        """;

    /// <summary>What follows outside, in memory.</summary>
    internal sealed class HandParts : IOutsideParts
    {
        public string? Fault { get; set; }

        public int Committed { get; private set; }

        public IPreparedParts Prepare(SpecificationSet before, SpecificationSet next) => new Prepared(this);

        private sealed class Prepared(HandParts parent) : IPreparedParts
        {
            public IReadOnlyList<SpecificationError> Faults { get; } = parent.Fault is { } fault ? [new("secrets", 0, 0, "", fault)] : [];

            public Task BeginAsync() => Task.CompletedTask;

            public void Commit() => parent.Committed++;

            public void Dispose()
            {
                // Nothing is open.
            }
        }
    }
}
