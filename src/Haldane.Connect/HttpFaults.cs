namespace Haldane.Connect;

/// <summary>What goes wrong on the way to others, in our words: those of the framework name the address.</summary>
internal static class HttpFaults
{
    public static string Explained(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name is not known",
        HttpRequestError.ConnectionError => "it cannot be connected to",
        HttpRequestError.SecureConnectionError => "no TLS connection came about: look at its certificate",
        HttpRequestError.ProxyTunnelError => "the proxy on the way refused",
        _ => "the connection broke before it had answered",
    };
}
