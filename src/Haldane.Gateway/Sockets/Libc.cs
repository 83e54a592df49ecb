using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Haldane.Gateway.Sockets;

/// <summary>The system calls of the relay's sockets. None of them waits, apart from <see cref="Wait"/>.</summary>
/// <remarks>Each gives what it did, or below 0 the number of the error.</remarks>
internal static unsafe partial class Libc
{
    /// <summary>From epoll_ctl(2).</summary>
    public const uint In = 0x1, Out = 0x4, Error = 0x8, HangUp = 0x10, PeerClosed = 0x2000, EdgeTriggered = 1u << 31;

    /// <summary>From errno(3), the same on all that Linux and .NET run on.</summary>
    public const int WouldBlock = 11, InProgress = 115;

    private const int DontWait = 0x40, NoSignal = 0x4000, Peek = 0x2, CloseOnExec = 0x80000, NonBlocking = 0x800, Add = 1, SocketLevel = 1, ErrorOption = 4;

    // The kernel packs it on x86-64 only.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Bytes of an event.</summary>
    public static readonly int EventSize = IsPacked ? 12 : 16;

    // recvfrom and sendto, which end where recv and send do, but are no places where the C library may end the thread, and prepare nothing for that.
    private static readonly nint ReceiveNumber = IsPacked ? 45 : 207, SendNumber = IsPacked ? 44 : 206;

    private static readonly int DataOffset = IsPacked ? 4 : 8;

    /// <summary>Makes sure that these are the system calls of this machine.</summary>
    /// <exception cref="PlatformNotSupportedException">They are not.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64))
        {
            throw new PlatformNotSupportedException($"the gateway needs Linux on x86-64, 64-bit ARM, RISC-V or LoongArch; this is {RuntimeInformation.RuntimeIdentifier}");
        }
    }

    /// <summary>A new set of sockets to wait for.</summary>
    public static int CreateSet() => Checked(epoll_create1(CloseOnExec));

    /// <summary>A new file that can be waited for, until somebody rings it.</summary>
    public static int CreateBell() => Checked(eventfd(0, CloseOnExec | NonBlocking));

    /// <summary>Ends a wait for it. It counts, but nobody reads how often: each ring is an edge.</summary>
    public static void Ring(int bell)
    {
        var once = 1UL;
        _ = write(bell, &once, sizeof(ulong));
    }

    /// <summary>Adds a socket to a set.</summary>
    public static int Watch(int set, int socket, uint events, ulong data)
    {
        var change = stackalloc byte[16];
        *(uint*)change = events;
        *(ulong*)(change + DataOffset) = data;
        return Checked(epoll_ctl(set, Add, socket, change));
    }

    /// <summary>Waits, without an end, until something happens.</summary>
    public static int Wait(int set, byte* events, int most) => Checked(epoll_wait(set, events, most, -1));

    /// <summary>What happened.</summary>
    public static (uint Events, ulong Data) EventAt(byte* events, int index)
    {
        var at = events + (index * EventSize);
        return (*(uint*)at, *(ulong*)(at + DataOffset));
    }

    /// <summary>Takes what has come.</summary>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    public static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* at = into)
        {
            return Checked((int)syscall(ReceiveNumber, socket, at, (nuint)into.Length, DontWait, null, null));
        }
    }

    /// <summary>Looks whether something has come, without taking it.</summary>
    public static int Look(int socket)
    {
        byte one;
        return Checked((int)syscall(ReceiveNumber, socket, &one, 1, DontWait | Peek, null, null));
    }

    /// <summary>Gives what the kernel takes now.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> from)
    {
        fixed (byte* at = from)
        {
            return Checked((int)syscall(SendNumber, socket, at, (nuint)from.Length, DontWait | NoSignal, null, null));
        }
    }

    /// <summary>Begins to connect a socket that does not block.</summary>
    public static int Connect(int socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* at = address)
        {
            var result = connect(socket, at, (uint)address.Length);
            return result >= 0 ? result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>How connecting has ended; 0 when well.</summary>
    public static int ErrorOf(int socket)
    {
        int error;
        var size = (uint)sizeof(int);
        var result = Checked(getsockopt(socket, SocketLevel, ErrorOption, &error, &size));
        return result < 0 ? result : -error;
    }

    /// <summary>The error in .NET's words.</summary>
    public static SocketException Exception(int result) => new((int)(-result switch
    {
        104 => SocketError.ConnectionReset,
        32 => SocketError.Shutdown,
        111 => SocketError.ConnectionRefused,
        110 => SocketError.TimedOut,
        113 => SocketError.HostUnreachable,
        101 => SocketError.NetworkUnreachable,
        99 => SocketError.AddressNotAvailable,
        105 or 12 or 28 => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    }));

    private static int Checked(int result) => result >= 0 ? result : -Marshal.GetLastSystemError();

    // None of these waits, so the thread need not be made ready for a garbage collection around them; and so nothing comes between a call and the number of its error.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial nint syscall(nint number, nint socket, byte* buffer, nuint size, nint flags, void* address, void* addressSize);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int socket, byte* address, uint size);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int getsockopt(int socket, int level, int option, void* value, uint* size);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int eventfd(uint count, int flags);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial nint write(int file, void* buffer, nuint size);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int epoll_ctl(int set, int operation, int socket, void* change);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int set, byte* events, int most, int milliseconds);
}
