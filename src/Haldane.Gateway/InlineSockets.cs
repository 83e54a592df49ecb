namespace Haldane.Gateway;

/// <summary>Lets sockets run what waits for them on the thread that hears of the bytes, with no hop to another.</summary>
public static class InlineSockets
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Asks for it; before the process opens its first socket, later it does nothing. What the environment says already stands.</summary>
    /// <remarks>
    /// The runtime has no other switch for it. It holds for every socket of the process, so nothing that blocks or computes for long may follow the wait for one without a yield: the relay does not; Kestrel's
    /// other ports, the admin port among them, hop to the thread pool themselves. Measured in <c>bench/gateway</c>.
    /// </remarks>
    public static void Prefer()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
        {
            Environment.SetEnvironmentVariable(Switch, "1");
        }
    }
}
