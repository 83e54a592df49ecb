using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Traffic.Streams;

namespace Haldane.Simulation.Traffic;

/// <summary>Makes the evidence of a world, slice by slice, as the gateway would have counted it.</summary>
/// <remarks>
/// <para>Counts are drawn, not requests, so a slice takes some tens of microseconds; each count has exactly the distribution that single requests would give it.
/// Requests come at random times (Poisson); what the segments of an exchange are, how long it takes, what it predicts and whether it fails are independent.</para>
/// <para>The same seed gives the same slices, whatever else runs. What it does not make: hashes of subjects with errors (only a restart reads them). For one
/// thread.</para>
/// </remarks>
public sealed class RandomTraffic
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly World _world;
    private readonly Dice _dice;
    private readonly SegmentCells _layout;
    private readonly ISubjects _subjects;
    private readonly Weather _weather;
    private readonly IStream[] _streams;
    private readonly ArmTally[] _tallies;
    private readonly double[] _elsewhere;
    private readonly double[] _there;
    private readonly double _partThere;
    private TimeSpan _elapsed;
    private long _number;
    private int _stage = -1;
    private Share _share;

    /// <summary>Nothing has happened yet.</summary>
    /// <param name="world">What callers and versions do.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="signals">Makes only what guards on these signals and the checks beside them read; null: everything that the model has signals for.</param>
    public RandomTraffic(World world, ulong seed, IReadOnlyCollection<SignalSpec>? signals = null)
    {
        var traffic = world.Traffic;
        _world = world;
        _dice = new(seed);
        _layout = new(traffic.Model.Segments);
        _subjects = traffic.Conditions.Regulars switch
        {
            null => new Strangers(),
            { Zipf: 0, ErrorProne: >= 1, LatencySpread: 0, Sameness: 0 } alike => new EvenSubjects(_dice, alike.Count),
            var uneven => new RegularSubjects(_dice, uneven),
        };
        _weather = new(traffic.Conditions);
        _streams = [.. StreamList.For(traffic, _layout, signals)];
        var classes = traffic.Model.Signals.Prediction is { } prediction ? prediction.Classes.Count + 1 : 0;
        _tallies = [Tally(), Tally()];
        _elsewhere = [.. traffic.CellParts];
        _there = [.. traffic.CellParts];
        if (world.OnlyIn is { } only)
        {
            var segment = _layout.Owners[only];
            _partThere = _elsewhere[only];
            _elsewhere[only] = 0;
            _there.AsSpan(_layout.CellsOf(segment)).Clear();
            _there[only] = 1;
        }

        ArmTally Tally() => new(_layout.Count, classes, traffic.Model.Signals.Confidence is not null, _subjects is Strangers ? null : _subjects);
    }

    /// <summary>When the first slice begins.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The next slice.</summary>
    /// <param name="stage">Index of the stage, from 0; never lower than before.</param>
    /// <param name="share">What the canary is asked to serve.</param>
    /// <param name="length">How long it lasts; a second unless said otherwise.</param>
    public EvidenceSlice Next(int stage, Share share, TimeSpan? length = null)
    {
        if (stage != _stage || share != _share)
        {
            _subjects.Enter(share);
            _tallies[0].ByGroup?.Clear();
            _tallies[1].ByGroup?.Clear();
            (_stage, _share) = (stage, share);
        }

        var moment = _weather.At(_dice, stage, _elapsed, length ?? Second);
        var all = _dice.Poisson(_world.Traffic.RatePerSecond * _weather.Rate(moment) * moment.Length.TotalSeconds);
        var canary = _dice.Binomial(all, _subjects.CanaryPart);
        Serve(moment, Arm.Baseline, all - canary);
        Serve(moment, Arm.Canary, canary);
        var baselineTally = _tallies[(int)Arm.Baseline];
        var canaryTally = _tallies[(int)Arm.Canary];
        (baselineTally.NewSubjects, canaryTally.NewSubjects) = _subjects.NewOf(
            _dice, baselineTally.Exchanges[SegmentCells.Everyone], canaryTally.Exchanges[SegmentCells.Everyone]);

        var slice = new EvidenceSlice
        {
            Number = ++_number,
            Stage = stage,
            Share = share,
            From = Start + _elapsed,
            Length = moment.Length,
            Baseline = baselineTally.Take(_dice, Arm.Baseline),
            Canary = canaryTally.Take(_dice, Arm.Canary),
        };
        _elapsed = moment.End;
        foreach (var stream in _streams)
        {
            slice = stream.Release(slice, _elapsed);
        }

        return slice;
    }

    private void Serve(in Moment moment, Arm arm, long count)
    {
        if (arm == Arm.Baseline)
        {
            Serve(moment, arm, _world.Traffic.Baseline, count, _world.Traffic.CellParts.AsSpan(), null);
            return;
        }

        if (_world.OnlyIn is not { } only)
        {
            Serve(moment, arm, _world.Canary, count, _world.Traffic.CellParts.AsSpan(), null);
            return;
        }

        var there = _dice.Binomial(count, _partThere);
        Serve(moment, arm, _world.Traffic.Baseline, count - there, _elsewhere, null);
        Serve(moment, arm, _world.Canary, there, _there, only);
    }

    private void Serve(in Moment moment, Arm arm, Behaviour behaviour, long count, ReadOnlySpan<double> parts, int? onlyIn)
    {
        count = behaviour.Served < 1 ? _dice.Binomial(count, behaviour.Served) : count;
        if (count == 0)
        {
            return;
        }

        var errorRate = Math.Min(1, behaviour.Errors * moment.ErrorFactor * _subjects.ErrorFactor(arm));
        if (moment.Outage > 0)
        {
            errorRate += moment.Outage * Math.Max(0, _world.Traffic.Conditions.Outages!.Errors - errorRate);
        }

        var errors = _dice.Binomial(count, errorRate);
        var firstErrors = _subjects.FirstsOf(_dice, arm, (int)Once.Error, errors);
        if (_world.Traffic.Conditions.Retries is { } retries)
        {
            // A repeat is an exchange more, and where it fails an error more, of a subject that has failed already.
            var again = _dice.Binomial(errors, retries.Chance);
            count += again;
            errors += _dice.Binomial(again, retries.FailAgain);
        }

        var tally = _tallies[(int)arm];
        var exchanges = Crowd.Of(_dice, _layout, count, parts);
        exchanges.AddTo(tally.Exchanges);
        var answers = exchanges.Sample(_dice, count);
        var failed = answers.Take(_dice, errors);
        failed.AddTo(tally.Errors);
        failed.Sample(_dice, firstErrors).AddTo(tally.ErrorSubjects);
        var refused = answers.Take(_dice, _dice.Binomial(answers.Count, behaviour.ChanceOf(GatewayEvents.Refused)));
        var scene = new Scene(_dice, moment, arm, behaviour, _subjects, refused, answers, tally, onlyIn);
        foreach (var stream in _streams)
        {
            stream.Add(scene);
        }
    }
}
