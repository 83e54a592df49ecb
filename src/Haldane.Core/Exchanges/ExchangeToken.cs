namespace Haldane.Core.Exchanges;

/// <summary>What an answer's <c>x-haldane-exchange</c> says about its exchange, so that a label can be joined without a look-up.</summary>
public readonly record struct ExchangeToken
{
    /// <summary>Class index that stands for a prediction that could not be read.</summary>
    public const int NoClass = -1;

    /// <summary>The run of the rollout; 0 when the exchange belonged to none.</summary>
    public int Run { get; init; }

    /// <summary>Index of the stage.</summary>
    public byte Stage { get; init; }

    /// <summary>The arm that answered for this exchange.</summary>
    public Arm Arm { get; init; }

    /// <summary>Whether the exchange counts as evidence: not when the baseline stood in for the canary.</summary>
    public bool Counts { get; init; }

    /// <summary>The value of every segment, see <see cref="Evidence.SegmentCells.Encode"/>; below 65,536.</summary>
    public int SegmentCode { get; init; }

    /// <summary>Index of the predicted class; the number of classes means <c>other</c>; <see cref="NoClass"/> when unread.</summary>
    public int Class { get; init; }

    /// <summary>Confidence in [0, 1] in steps of 1/254; null when unread.</summary>
    public double? Confidence { get; init; }

    /// <summary>When the exchange began, to the millisecond.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>See <see cref="Assignment.Assigner.IdentityOf"/>.</summary>
    public uint Subject { get; init; }

    /// <summary>Tells exchanges of one subject and millisecond apart.</summary>
    public uint Nonce { get; init; }
}
