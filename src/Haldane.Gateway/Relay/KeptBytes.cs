using System.Buffers;

namespace Haldane.Gateway.Relay;

/// <summary>The beginning of a body that passes, kept while it streams.</summary>
/// <remarks>Used again for body after body. Owns its pooled buffer until disposed. For one thread.</remarks>
/// <param name="usual">What it takes at least, once it takes anything.</param>
/// <param name="most">It takes no more ahead of need than this.</param>
internal sealed class KeptBytes(int usual, int most) : IDisposable
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>What it has taken from the pool.</summary>
    public int Capacity => _bytes.Length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Keeps more.</summary>
    /// <param name="bytes">What comes next.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Room behind what is kept, to be written to; it does not count as kept.</summary>
    /// <param name="size">How much at least.</param>
    public Span<byte> Room(int size)
    {
        MakeRoom(size);
        return _bytes.AsSpan(Length);
    }

    /// <summary>As <see cref="Room"/>, to be filled while somebody waits; <see cref="Took"/> tells how much of it was.</summary>
    public Memory<byte> RoomAhead(int size)
    {
        MakeRoom(size);
        return _bytes.AsMemory(Length, size);
    }

    /// <summary>So many bytes stand in the room already.</summary>
    public void Took(int count) => Length += count;

    /// <summary>Forgets all of it.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives the buffer back; it may be used again.</summary>
    public void Dispose()
    {
        Clear();
        Return();
    }

    private void MakeRoom(int size)
    {
        var length = Length + size;
        if (length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, Math.Clamp(2 * length, usual, most)));
            Span.CopyTo(larger);
            Return();
            _bytes = larger;
        }
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
