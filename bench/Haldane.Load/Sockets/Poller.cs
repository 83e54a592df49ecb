using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Haldane.Load.Sockets;

/// <summary>Waits until one of many sockets has something to do, or until a time, to the microsecond: Linux's epoll.</summary>
/// <remarks>For one thread. .NET's own waits end a millisecond late, and hop between threads at the price of what is measured here.</remarks>
internal sealed partial class Poller : IDisposable
{
    private const int Readable = 1, Writable = 4;
    private const int Add = 1, Change = 3;
    private const int MostAtOnce = 256;
    private const int SetTimerSlack = 29;

    // The kernel's struct is packed on x64 only.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Size = DataAt + sizeof(long);

    private readonly byte[] _events = new byte[MostAtOnce * Size];
    private readonly byte[] _one = new byte[Size];
    private readonly int _epoll = Checked(EpollCreate(0));

    /// <summary>Watches nothing yet.</summary>
    /// <remarks>A thread's waits end up to 50 microseconds late unless it asks for better.</remarks>
    public Poller() => Checked(Prctl(SetTimerSlack, 1, 0, 0, 0));

    /// <summary>Watches a socket for bytes to read.</summary>
    /// <param name="socket">Taken off by being closed.</param>
    /// <param name="key">What <see cref="Key"/> says of it.</param>
    public void Watch(Socket socket, int key) => Control(Add, socket, key, Readable);

    /// <summary>Also, or no longer, waits for room to write.</summary>
    public void WaitForRoom(Socket socket, int key, bool waits) => Control(Change, socket, key, waits ? Readable | Writable : Readable);

    /// <summary>Waits; returns how many sockets have something to do, of which <see cref="Key"/> tells.</summary>
    /// <param name="until">By the <see cref="Clock"/>.</param>
    public int Wait(long until)
    {
        var left = Math.Max(0, until - Clock.Now);
        var patience = new Patience { Seconds = left / Clock.Second, Nanoseconds = left % Clock.Second };
        var count = EpollWait(_epoll, ref _events[0], MostAtOnce, in patience, 0);
        return Math.Max(0, count); // a signal interrupts it, which is nothing
    }

    /// <summary>The key of one of those sockets.</summary>
    public int Key(int index) => BitConverter.ToInt32(_events, (index * Size) + DataAt);

    public void Dispose() => _ = Close(_epoll);

    private void Control(int what, Socket socket, int key, int events)
    {
        BitConverter.TryWriteBytes(_one.AsSpan(0, 4), events);
        BitConverter.TryWriteBytes(_one.AsSpan(DataAt, 4), key);
        Checked(EpollControl(_epoll, what, (int)socket.Handle, ref _one[0]));
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int what, int descriptor, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2")]
    private static partial int EpollWait(int epoll, ref byte events, int most, in Patience patience, nint signals);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int what, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct Patience
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
