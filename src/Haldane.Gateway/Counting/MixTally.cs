using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Counting;

/// <summary>What an answer adds to the counts of its mixes: the same in each of its cells, and in its subject's group.</summary>
/// <param name="mixes">What is read of answers.</param>
/// <param name="room">For <see cref="RoomFor"/> kinds.</param>
internal ref struct MixTally(MixSizes mixes, Span<KindCount> room)
{
    private readonly Span<KindCount> _room = room;
    private int _count;

    /// <summary>Predictions that could not be read, see <see cref="CellEvidence.Unread"/>.</summary>
    public int Unread { get; private set; }

    /// <summary>The kinds, none of them twice.</summary>
    public readonly ReadOnlySpan<KindCount> Kinds => _room[.._count];

    /// <summary>How many kinds an answer may have: one of each mix, unless it brings many predictions.</summary>
    public static int RoomFor(in CountedAnswer answer, in MixSizes mixes) => answer.Rows is null ? MixSizes.All.Length : mixes.Total;

    /// <summary>Adds an answer.</summary>
    public void Add(in CountedAnswer answer)
    {
        if (answer.Rows is { } rows)
        {
            Add(rows);
        }
        else if (answer.Prediction is { } read)
        {
            var bin = read.Confidence is { } confidence ? ConfidenceBins.Of(confidence) : -1;
            Add(Mix.Classes, read.Class);
            Add(Mix.Confidence, bin);
            Unread = mixes.Classes > 0 ? (read.Class == ExchangeToken.NoClass ? 1 : 0) : mixes.Confidence > 0 && bin < 0 ? 1 : 0;
        }

        Add(Mix.Attribution, answer.Feature);
    }

    private void Add(PredictionRows rows)
    {
        // Classes and bins are the first two mixes, one behind the other.
        Span<int> kinds = stackalloc int[mixes.Classes + mixes.Confidence];
        var (classless, unsure) = rows.Tally(kinds[..mixes.Classes], kinds[mixes.Classes..]);
        Unread = mixes.Classes > 0 ? classless : unsure;
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            if (kinds[kind] > 0)
            {
                _room[_count++] = new(kind, kinds[kind]);
            }
        }
    }

    private void Add(Mix mix, int kind)
    {
        if (kind >= 0 && mixes[mix] > 0)
        {
            _room[_count++] = new(mixes.Before(mix) + kind, 1);
        }
    }
}

/// <summary>How many there are of a kind.</summary>
/// <param name="Kind">Among the kinds of all mixes, see <see cref="MixSizes.Before"/>.</param>
/// <param name="Count">At least 1.</param>
internal readonly record struct KindCount(int Kind, int Count);
