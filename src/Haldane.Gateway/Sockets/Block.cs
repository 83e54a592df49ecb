using System.Buffers;
using System.Collections.Concurrent;

namespace Haldane.Gateway.Sockets;

/// <summary>Bytes of a caller in a row of such blocks. Rented for as long as something stands in it.</summary>
internal sealed class Block : ReadOnlySequenceSegment<byte>
{
    /// <summary>Bytes of a block: a body of 1 MiB takes 64 of them, and each costs a system call and a turn of the relay.</summary>
    public const int Size = 16 * 1024;

    // What a burst took and nobody needs any more goes back to the heap: 1 MiB a loop, 16 MiB in all.
    private const int MostOwn = 64, MostShared = 1_024;

    private static readonly ConcurrentQueue<Block> Shared = new();

    [ThreadStatic]
    private static Stack<Block>? _own;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    private Block()
    {
    }

    /// <summary>How many bytes stand in it.</summary>
    public int End { get; private set; }

    /// <summary>Room behind them.</summary>
    public Span<byte> Room => _bytes.AsSpan(End);

    /// <summary>The next in the row.</summary>
    public Block? Following
    {
        get => (Block?)Next;
        set
        {
            Next = value;
            value?.RunningIndex = RunningIndex + End;
        }
    }

    /// <summary>An empty one.</summary>
    public static Block Rent()
    {
        if (EventLoop.Current is not null && (_own ??= new(MostOwn)).TryPop(out var block))
        {
            return block;
        }

        return Shared.TryDequeue(out block) ? block : new();
    }

    /// <summary>Gives it back: nobody reads it any more.</summary>
    public void Return()
    {
        (End, Memory, Next, RunningIndex) = (0, default, null, 0);
        if (EventLoop.Current is not null && (_own ??= new(MostOwn)).Count < MostOwn)
        {
            _own.Push(this);
        }
        else if (Shared.Count < MostShared)
        {
            Shared.Enqueue(this);
        }
    }

    /// <summary>So many more bytes stand in it.</summary>
    public void Took(int count)
    {
        End += count;
        Memory = new(_bytes, 0, End);
    }
}
