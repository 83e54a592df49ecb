using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Haldane.Gateway.Sockets;

/// <summary>A thread that hears what happens on its sockets, and runs what waits for it there and then.</summary>
/// <remarks>
/// One for each core. A caller's connection and those to versions that are opened for it are looked after by one loop, so that a request is served on one core from beginning to end, and nothing that belongs to it is fought for. What runs
/// here must neither block nor compute for long: all other sockets of the loop wait meanwhile. Adding and removing is for any thread.
/// </remarks>
internal sealed unsafe class EventLoop
{
    private const int MostEvents = 256;
    private const ulong Bell = ulong.MaxValue;
    private const uint Events = Libc.In | Libc.Out | Libc.PeerClosed | Libc.EdgeTriggered;

    private static readonly Lazy<EventLoop[]> All = new(Start);
    private static int _next;

    [ThreadStatic]
    private static EventLoop? _current;

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private readonly int _set = Libc.CreateSet();
    private readonly int _bell = Libc.CreateBell();
    private readonly ConcurrentQueue<Action> _posted = new();
    private LoopSocket?[] _places = new LoopSocket?[256];
    private int _used;
    private uint _last;
    private uint _rounds;

    private EventLoop(int index)
    {
        Index = index;
        var result = Libc.Watch(_set, _bell, Libc.In | Libc.EdgeTriggered, Bell);
        if (result < 0)
        {
            throw Libc.Exception(result);
        }

        new Thread(Run) { IsBackground = true, Name = $"sockets {index}" }.Start();
    }

    /// <summary>How many there are.</summary>
    public static int Count => All.Value.Length;

    /// <summary>The loop whose thread this is; null on other threads.</summary>
    public static EventLoop? Current => _current;

    /// <summary>Whether this is its thread.</summary>
    public bool IsCurrent => _current == this;

    /// <summary>From 0 on.</summary>
    public int Index { get; }

    /// <summary>How often all that had happened on its sockets has been heard of, though perhaps not yet acted on. Only on its thread.</summary>
    public uint Rounds => _rounds;

    private static EventLoop[] Start()
    {
        Libc.Require();
        return [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static index => new EventLoop(index))];
    }

    /// <summary>A loop for a new connection: each in turn.</summary>
    public static EventLoop Next() => All.Value[(int)((uint)Interlocked.Increment(ref _next) % (uint)Count)];

    /// <summary>Looks after a socket from here on.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="number">Its file's.</param>
    /// <param name="at">Its <see cref="LoopSocket.Place"/>.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The kernel watches no more.</exception>
    public void Add(LoopSocket socket, int number, ref ulong at)
    {
        ulong place;
        lock (_gate)
        {
            var index = _free.TryPop(out var free) ? free : _used++;
            if (index == _places.Length)
            {
                var larger = new LoopSocket?[2 * index];
                _places.CopyTo(larger, 0);
                Volatile.Write(ref _places, larger);
            }

            place = ((ulong)++_last << 32) | (uint)index;
            Volatile.Write(ref at, place);
            Volatile.Write(ref _places[index], socket);
        }

        var result = Libc.Watch(_set, number, Events, place);
        if (result < 0)
        {
            throw Libc.Exception(result);
        }
    }

    /// <summary>Looks after it no longer; the kernel forgets it when it is closed.</summary>
    public void Remove(ulong at)
    {
        var index = (int)(uint)at;
        lock (_gate)
        {
            Volatile.Write(ref _places[index], null);
            _free.Push(index);
        }
    }

    /// <summary>Goes on, on the loop's thread.</summary>
    public Entry EnterAsync() => new(this);

    /// <summary>Has something done on the loop's thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Libc.Ring(_bell);
    }

    private void RunPosted()
    {
        // What is posted meanwhile has rung again, and waits for its turn behind what happened on sockets.
        for (var count = _posted.Count; count > 0 && _posted.TryDequeue(out var action); count--)
        {
            action();
        }
    }

    private void Run()
    {
        _current = this;
        var events = (byte*)NativeMemory.Alloc((nuint)(MostEvents * Libc.EventSize));
        while (true)
        {
            var count = Libc.Wait(_set, events, MostEvents);

            // Every socket is told before anything runs, so that whoever asks one meanwhile need not ask the kernel again.
            for (var i = 0; i < count; i++)
            {
                var (what, at) = Libc.EventAt(events, i);
                SocketAt(at)?.Hear(what);
            }

            if (count is >= 0 and < MostEvents)
            {
                // All that had happened when the kernel was asked; a wait that a signal has ended did not ask.
                _rounds++;
            }

            for (var i = 0; i < count; i++)
            {
                var (_, at) = Libc.EventAt(events, i);
                if (at == Bell)
                {
                    RunPosted();
                }
                else
                {
                    SocketAt(at)?.Happened();
                }
            }
        }
    }

    // Null where the place has gone to another socket since the kernel told.
    private LoopSocket? SocketAt(ulong at) => at != Bell && Volatile.Read(ref Volatile.Read(ref _places)[(int)(uint)at]) is { } socket && socket.Place == at ? socket : null;

    /// <summary>The way onto a loop's thread.</summary>
    internal readonly struct Entry(EventLoop loop) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => _current == loop;

        public Entry GetAwaiter() => this;

        public void GetResult()
        {
            // Nothing to tell.
        }

        public void OnCompleted(Action continuation) => loop.Post(continuation);

        public void UnsafeOnCompleted(Action continuation) => loop.Post(continuation);
    }
}
