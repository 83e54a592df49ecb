using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Evaluators of two models.</summary>
internal sealed class FakeEvaluatorViews : IEvaluatorDesk
{
    private static readonly EvaluatorCounts Counts = new(40, 2, 0, 1, 3, 0, 0);

    public IReadOnlyList<EvaluatorView> All =>
    [
        new("chat", "grader", ["groundedness"], Counts, Counts with { Scored = 39, Failed = 4 }, null, null) { Unfit = 5 },
        new("fraud", "reviewer", ["plausible"], Counts, Counts, "it answered 500", null),
    ];
}
