using System.Collections.Concurrent;

namespace Haldane.Connect.Processes;

/// <summary>The one thread that starts processes.</summary>
/// <remarks>The kernel ends a process that asked for it (PR_SET_PDEATHSIG) with the <em>thread</em> that started it: threads of the pool come and go, this one lives as long as we do.</remarks>
internal sealed class StartingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    /// <summary>Waits for work.</summary>
    public StartingThread() => new Thread(Work) { IsBackground = true, Name = "processes" }.Start();

    /// <summary>Does something there.</summary>
    public T Run<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception e) // whatever it is, it is the caller's
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
