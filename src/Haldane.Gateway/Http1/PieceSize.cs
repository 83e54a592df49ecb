namespace Haldane.Gateway.Http1;

/// <summary>How much of a large body is asked of the kernel at once: each piece costs system calls on both sides, and its memory is held while it is waited for.</summary>
/// <remarks>The larger size is for connections whose bodies come as fast as they are taken, one after the other; a body that trickles holds no more than the smaller.</remarks>
internal struct PieceSize
{
    private bool _isLargest;

    /// <summary>The size of the next piece; 0 where too little is left to be worth one.</summary>
    /// <param name="most">Bytes at most.</param>
    public readonly int Of(long most)
    {
        var size = Math.Min(_isLargest ? RelayLimits.LargestPiece : RelayLimits.LargePiece, most);
        return size < RelayLimits.LargePiece ? 0 : (int)size;
    }

    /// <summary>So much of a piece has come at once.</summary>
    /// <param name="count">Bytes that came.</param>
    /// <param name="size">Bytes that were asked for.</param>
    public void Took(int count, int size) => _isLargest = count == size || (_isLargest && count >= RelayLimits.LargePiece);
}
