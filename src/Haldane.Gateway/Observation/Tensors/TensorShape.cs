namespace Haldane.Gateway.Observation.Tensors;

/// <summary>A tensor's shape as predictions see it: the first dimension is the batch, all others together the width of a row.</summary>
internal struct TensorShape
{
    // Larger ones cannot be whole in an answer that is read.
    private const long Largest = 1 << 24;

    private int _dimensions;

    /// <summary>One row of one element.</summary>
    public static TensorShape Scalar => new() { Batch = 1, Width = 1, IsValid = true };

    public long Batch { get; private set; }

    public long Width { get; private set; }

    public bool IsValid { get; private set; }

    /// <summary>The next dimension.</summary>
    public void Add(long length)
    {
        (Batch, Width) = _dimensions++ == 0 ? (length, 1) : (Batch, Width * length);
        IsValid &= length is >= 0 and <= Largest && Batch <= Largest && Width is > 0 and <= Largest;
    }
}

/// <summary>What the rows of a tensor say.</summary>
internal enum TensorUse
{
    Class,
    Confidence,
}
