using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;

namespace Haldane.Gateway.Observation;

/// <summary>The predictions of one answer, a row each: a request may bring a whole batch.</summary>
/// <remarks>Used again for answer after answer; once it has grown, it allocates nothing. For one thread.</remarks>
internal sealed class PredictionRows
{
    /// <summary>An answer of more rows is unread as a whole: what it holds is one caller's, and says little more than the first thousands would.</summary>
    public const int Most = 4_096;

    private const int Fewest = 64;
    private const byte None = byte.MaxValue;

    // Of each row its class and the bin of its confidence: a count needs no more, and so few bytes may stay with a connection.
    private byte[] _classes = [];
    private byte[] _bins = [];
    private double? _firstConfidence;

    public int Count { get; private set; }

    /// <summary>The first row; only where there is one.</summary>
    public Prediction First => new(ClassOf(0), _firstConfidence);

    /// <summary>A row's class, or <see cref="ExchangeToken.NoClass"/>.</summary>
    public int ClassOf(int row) => _classes[row] == None ? ExchangeToken.NoClass : _classes[row];

    /// <summary>The bin of a row's confidence, see <see cref="ConfidenceBins"/>; below 0: none.</summary>
    public int BinOf(int row) => _bins[row] == None ? -1 : _bins[row];

    /// <summary>Whether some row has no class.</summary>
    public bool LacksClass => _classes.AsSpan(0, Count).Contains(None);

    /// <summary>Whether the rows of another answer are as many, and each of the same class.</summary>
    public bool AreOfClassesOf(PredictionRows other) => _classes.AsSpan(0, Count).SequenceEqual(other._classes.AsSpan(0, other.Count));

    /// <summary>Sets what was read of a row; the rows up to it are there from then on.</summary>
    /// <returns>Whether there is room for it.</returns>
    public bool SetClass(int row, int @class)
    {
        if (!Reach(row))
        {
            return false;
        }

        _classes[row] = @class == ExchangeToken.NoClass ? None : (byte)@class;
        return true;
    }

    /// <summary>The same of its confidence.</summary>
    /// <param name="row">The row.</param>
    /// <param name="confidence">In [0, 1]; null when there is none.</param>
    public bool SetConfidence(int row, double? confidence)
    {
        if (!Reach(row))
        {
            return false;
        }

        _bins[row] = confidence is { } value ? (byte)ConfidenceBins.Of(value) : None;
        _firstConfidence = row == 0 ? confidence : _firstConfidence;
        return true;
    }

    /// <summary>Takes the rows of another answer in place of its own.</summary>
    public void Take(PredictionRows other)
    {
        Clear();
        if (other.Count > 0 && Reach(other.Count - 1))
        {
            other._classes.AsSpan(0, Count).CopyTo(_classes);
            other._bins.AsSpan(0, Count).CopyTo(_bins);
            _firstConfidence = other._firstConfidence;
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear() => (Count, _firstConfidence) = (0, null);

    /// <summary>How many rows are of each class, and how many have a confidence in each bin.</summary>
    /// <param name="classes">Takes the counts by class.</param>
    /// <param name="bins">By bin.</param>
    /// <returns>How many have no class, and how many no confidence.</returns>
    public (int Classless, int Unsure) Tally(Span<int> classes, Span<int> bins)
    {
        classes.Clear();
        bins.Clear();
        var (classless, unsure) = (0, 0);
        for (var row = 0; row < Count; row++)
        {
            if (_classes[row] < classes.Length)
            {
                classes[_classes[row]]++;
            }
            else
            {
                classless++;
            }

            if (_bins[row] < bins.Length)
            {
                bins[_bins[row]]++;
            }
            else
            {
                unsure++;
            }
        }

        return (classless, unsure);
    }

    private bool Reach(int row)
    {
        if (row >= Most)
        {
            return false;
        }

        if (row >= _classes.Length)
        {
            var length = Math.Min(Most, Math.Max(Fewest, 2 * (row + 1)));
            Array.Resize(ref _classes, length);
            Array.Resize(ref _bins, length);
        }

        if (row >= Count)
        {
            _classes.AsSpan(Count..(row + 1)).Fill(None);
            _bins.AsSpan(Count..(row + 1)).Fill(None);
            Count = row + 1;
        }

        return true;
    }
}
