using System.Threading.Tasks.Sources;

namespace Haldane.Gateway.Sockets;

/// <summary>A wait whose outcome can be awaited, time after time, without an allocation.</summary>
/// <remarks>What waits runs on the socket's loop, or on the thread pool where that was asked for and after an interruption; no context flows.</remarks>
/// <param name="loop">That of the socket.</param>
internal abstract class SocketWait<T>(EventLoop loop) : SocketWait, IValueTaskSource<T>
{
    // A connection that always has more must not keep its loop from the others for longer than this: 1 MiB of a large body.
    private const int MostAtOnce = 16;

    private ManualResetValueTaskSourceCore<bool> _source;
    private Action? _look;
    private int _atOnce;

    /// <summary>Whether what can be done at once again and again is left to the others of the loop now and then.</summary>
    protected virtual bool TakesTurns => false;

    /// <summary>Does it now, or once it can be done.</summary>
    protected ValueTask<T> RunAsync()
    {
        while (true)
        {
            if (IsInterrupted)
            {
                return new(Outcome());
            }

            var isOthersTurn = TakesTurns && _atOnce >= MostAtOnce;
            var mayTry = MayTry();
            if (mayTry && !isOthersTurn && TryPerform())
            {
                _atOnce++;
                return new(Outcome());
            }

            _source.Reset();
            _atOnce = 0;
            if (CanWait())
            {
                if (isOthersTurn)
                {
                    loop.Post(_look ??= () => Happened(false));
                }

                return new(this, _source.Version);
            }

            if (mayTry && isOthersTurn)
            {
                // Not looked at, and nobody will tell again that it is there.
                MayTryAgain();
            }
        }
    }

    protected override void Complete() => _source.SetResult(true);

    /// <summary>What was done, or why not.</summary>
    protected abstract T Outcome();

    T IValueTaskSource<T>.GetResult(short token)
    {
        _source.GetResult(token);
        return Outcome();
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
}
