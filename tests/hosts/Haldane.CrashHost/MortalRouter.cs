using Haldane.Core.Ports;

namespace Haldane.CrashHost;

/// <summary>A router that may not live to see its publication.</summary>
internal sealed class MortalRouter(ITrafficRouter router, Death death) : ITrafficRouter
{
    public void Publish(RoutingPicture picture)
    {
        death.Reach("before-publish");
        router.Publish(picture);
        death.Reach("after-publish");
    }

    public ObservedTraffic? Collect(int run) => router.Collect(run);
}
