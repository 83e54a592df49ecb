using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Haldane.Gateway.Http1;

/// <summary>Memory for the bytes of callers' connections, in larger blocks than Kestrel's own 4 KiB: each block of a large body costs a system call and a turn of the relay.</summary>
/// <remarks>Any thread. A connection that waits holds one block.</remarks>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block. A body of 1 MiB takes 64 of them; a thousand connections that wait hold 16 MiB.</summary>
    public const int BlockSize = 16 * 1024;

    // What a burst took and nobody needs any more goes back to the heap.
    private const int MostIdle = 2_048;

    private readonly ConcurrentQueue<Block> _idle = new();
    private int _idleCount;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (_idle.TryDequeue(out var block))
        {
            Interlocked.Decrement(ref _idleCount);
            block.Take();
            return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing) => _idle.Clear();

    private void Return(Block block)
    {
        if (Volatile.Read(ref _idleCount) < MostIdle)
        {
            Interlocked.Increment(ref _idleCount);
            _idle.Enqueue(block);
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private int _isTaken = 1;

        // Pinned for good, so that no receive has to pin it.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

        public void Take() => Volatile.Write(ref _isTaken, 1);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isTaken, 0) == 1)
            {
                pool.Return(this);
            }
        }
    }
}

/// <summary>Gives Kestrel our pools.</summary>
internal sealed class BlockPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
}
