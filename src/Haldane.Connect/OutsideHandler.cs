namespace Haldane.Connect;

/// <summary>How others are spoken to over HTTP: no redirect is followed, so that what is sent goes to the address that was configured, and no cookie is kept.</summary>
internal static class OutsideHandler
{
    /// <summary>A handler that keeps to this.</summary>
    /// <param name="toConnect">How long a connection may take.</param>
    /// <param name="lifetime">How long one is used, so that a name that has moved is noticed.</param>
    /// <param name="proxy">Whether the proxy of the environment is used.</param>
    public static SocketsHttpHandler New(TimeSpan toConnect, TimeSpan lifetime, bool proxy = true) =>
        new() { AllowAutoRedirect = false, UseCookies = false, UseProxy = proxy, ConnectTimeout = toConnect, PooledConnectionLifetime = lifetime };
}
