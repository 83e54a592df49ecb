using System.Buffers;
using System.Security.Cryptography;
using Haldane.Core.Ports;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Shadow;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Recent;

/// <summary>Sends kept requests to a version, on connections of their own, as copies of a shadow stage are sent: with its override, and with <c>x-haldane-shadow</c>.</summary>
internal sealed class RequestReplay(Func<string, ModelRoute?> find, ConnectionWatch watch, TimeProvider time) : IRequestReplay
{
    /// <inheritdoc/>
    public async Task<string?> ReplayAsync(string model, string version, int most, CancellationToken cancel)
    {
        if (find(model) is not { Recent: { } recent } route || route.Spec.FindVersion(version) is not { } spec || recent.Latest(most) is not { Count: > 0 } requests)
        {
            return null;
        }

        using var target = new CopyTarget(spec, route.Spec.Protocol, watch, time);
        using var call = new WatchedCall(watch, time, route.Spec.Timeout);
        var failed = 0;
        foreach (var request in requests)
        {
            cancel.ThrowIfCancellationRequested();
            failed += await call.FailsAsync(request, target) ? 1 : 0;
        }

        return failed * 2 > requests.Count ? $"{failed} of {requests.Count} recent requests were not answered, or with 5xx" : null;
    }

    private sealed class WatchedCall : IWatched, IDisposable
    {
        private readonly CopyCall _call;
        private readonly ConnectionWatch _watch;

        public WatchedCall(ConnectionWatch watch, TimeProvider time, TimeSpan patience)
        {
            (_watch, _call) = (watch, new(watch, time, patience));
            watch.Add(this);
        }

        public void Look(long now) => _call.Look(now);

        // What the version's override cannot be applied to is no fault of the version.
        public async ValueTask<bool> FailsAsync(RecentRequest request, CopyTarget target)
        {
            using var copy = new RecentCopy(null);
            copy.Add(request.Head);
            copy.TryTake(new ReadOnlySequence<byte>(request.Body));
            copy.Nonce = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
            if (!_call.TryPrepare(copy, target))
            {
                return false;
            }

            await _call.AskAsync(copy, target, copy.Answer);
            return copy.Answer.Outcome != Outcome.Answered;
        }

        public void Dispose()
        {
            _watch.Remove(this);
            _call.Dispose();
        }
    }
}
