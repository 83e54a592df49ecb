using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Tests.Http1;

public sealed class PieceSizeTests
{
    private const int Large = RelayLimits.LargePiece, Largest = RelayLimits.LargestPiece;

    [Theory]
    [InlineData(Large - 1, 0)]
    [InlineData(Large, Large)]
    [InlineData(1L << 40, Large)]
    public void It_is_the_smaller_one_at_first_and_never_more_than_is_left(long left, int size) => Assert.Equal(size, default(PieceSize).Of(left));

    [Theory]
    [InlineData(new[] { Large }, Largest)] // all that was asked came at once
    [InlineData(new[] { Large - 1 }, Large)]
    [InlineData(new[] { Large, Largest }, Largest)]
    [InlineData(new[] { Large, Large }, Largest)] // nearly as fast
    [InlineData(new[] { Large, Large - 1 }, Large)] // it trickles
    [InlineData(new[] { Large, 1, Large }, Largest)]
    public void It_grows_with_what_comes_at_once(int[] counts, int next)
    {
        var piece = default(PieceSize);
        foreach (var count in counts)
        {
            piece.Took(count, piece.Of(long.MaxValue));
        }

        Assert.Equal(next, piece.Of(long.MaxValue));
    }

    [Fact]
    public void The_end_of_a_body_that_comes_at_once_leaves_it_as_it_is()
    {
        var piece = default(PieceSize);
        piece.Took(Large, piece.Of(long.MaxValue));

        piece.Took(Large + 5, piece.Of(Large + 5));

        Assert.Equal(Largest, piece.Of(long.MaxValue));
    }
}
