using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Tests.Worlds;

/// <summary>How a version behaves.</summary>
internal sealed record Behaviour
{
    public double Errors { get; init; }

    public double Sigma { get; init; } = 0.25;

    /// <summary>Part of the first class.</summary>
    public double Mix { get; init; } = 0.3;

    public double Wrong { get; init; } = 0.1;

    /// <summary>The rate of wrong answers in one country; null: as elsewhere.</summary>
    public double? WrongInId { get; init; }
}

/// <summary>Callers of a model, request by request: assignment, country, errors, latency, class, and labels that come later.</summary>
internal sealed class Traffic(Behaviour baseline, Behaviour canary, int seed)
{
    private const int PerSecond = 2000;
    private const int LabelsLate = 12;
    private const int Cells = 5;
    private static readonly double[] Countries = [0.4, 0.3, 0.15, 0.15]; // MY, SG, ID, other

    private readonly Random _random = new(seed);
    private readonly AliasTable _country = new(Countries);
    private readonly Behaviour[] _arms = [baseline, canary];
    private readonly AliasTable[] _latency = [Latencies.LogNormal(0.02, baseline.Sigma), Latencies.LogNormal(0.02, canary.Sigma)];
    private readonly Queue<List<LabelCounts>> _labels = new();
    private long _number;

    /// <summary>The next second.</summary>
    public EvidenceSlice Next(int stage, Share share)
    {
        var tallies = new[] { new Tally(), new Tally() };
        for (var i = 0; i < PerSecond; i++)
        {
            var arm = _random.NextDouble() < share.Fraction ? 1 : 0;
            tallies[arm].Add(_random, _country.Draw(_random), _arms[arm], _latency[arm]);
        }

        _labels.Enqueue([.. tallies[0].Labels(stage, Arm.Baseline), .. tallies[1].Labels(stage, Arm.Canary)]);
        _number++;
        return new()
        {
            Number = _number,
            Stage = stage,
            Share = share,
            From = Slices.Start.AddSeconds(_number),
            Length = TimeSpan.FromSeconds(1),
            Baseline = tallies[0].Evidence(),
            Canary = tallies[1].Evidence(),
            Labels = _labels.Count > LabelsLate ? _labels.Dequeue().ToValueList() : [],
        };
    }

    private sealed class Tally
    {
        private readonly long[] _exchanges = new long[Cells], _errors = new long[Cells], _first = new long[Cells], _wrong = new long[Cells];
        private readonly SortedDictionary<int, long>[] _latency = [.. Enumerable.Range(0, Cells).Select(_ => new SortedDictionary<int, long>())];

        public void Add(Random random, int country, Behaviour behaviour, AliasTable latency)
        {
            var failed = random.NextDouble() < behaviour.Errors;
            var bucket = latency.Draw(random);
            var first = random.NextDouble() < behaviour.Mix;
            var wrong = random.NextDouble() < (country == 2 ? behaviour.WrongInId ?? behaviour.Wrong : behaviour.Wrong);
            foreach (var cell in (ReadOnlySpan<int>)[0, country + 1])
            {
                _exchanges[cell]++;
                if (failed)
                {
                    _errors[cell]++;
                    continue;
                }

                _latency[cell][bucket] = _latency[cell].GetValueOrDefault(bucket) + 1;
                _first[cell] += first ? 1 : 0;
                _wrong[cell] += wrong ? 1 : 0;
            }
        }

        public IEnumerable<LabelCounts> Labels(int stage, Arm arm) => Enumerable.Range(0, Cells)
            .Select(cell => new LabelCounts(stage, arm, cell, _exchanges[cell] - _errors[cell], _wrong[cell]))
            .Where(labels => labels.Labelled > 0);

        public ArmEvidence Evidence() => new()
        {
            NewSubjects = _exchanges[0],
            Cells = Enumerable.Range(0, Cells).Select(cell => new CellEvidence
            {
                Exchanges = _exchanges[cell],
                Errors = _errors[cell],
                ErrorSubjects = _errors[cell],
                Latency = new(_latency[cell].Keys.ToValueList(), _latency[cell].Values.ToValueList()),
                Classes = [_first[cell], _exchanges[cell] - _errors[cell] - _first[cell], 0],
            }).ToValueList(),
        };
    }
}
