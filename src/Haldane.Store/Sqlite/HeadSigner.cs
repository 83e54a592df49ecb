using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Sees to it that the ledger's end is signed: with the record that makes it due, once a day, and at the end.</summary>
/// <remarks>
/// Signing and what makes it due share a transaction; that costs a record 0.3 ms, every hundredth time (Ed25519Tests.Measure). <see cref="Sign"/> belongs to
/// the writer's loop, <see cref="Fault"/> is for any thread.
/// </remarks>
internal sealed class HeadSigner : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;
    private readonly PeriodicTimer _timer;
    private readonly Task _loop;
    private volatile string? _fault;

    /// <summary>Begins to look each hour whether something has been left unsigned for long.</summary>
    /// <param name="writer">Where signatures go.</param>
    /// <param name="time">When they are made.</param>
    /// <param name="fault">What is known by now to be in the way.</param>
    public HeadSigner(SqliteWriter writer, TimeProvider time, string? fault)
    {
        _fault = fault;
        _writer = writer;
        _time = time;
        _timer = new(Look, time);
        _loop = LookAsync();
    }

    /// <summary>Why the last attempt to sign came to nothing, or would have when the store was opened; null when all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Signs the end if that is due. Call in a transaction.</summary>
    public void Sign(SqliteConnection connection, bool anyway = false)
    {
        try
        {
            HeadTable.Sign(connection, _time.GetUtcNow(), anyway);
            _fault = null;
        }
        catch (SigningUnavailableException e)
        {
            _fault = e.Message; // a decision must not fail for want of a signature; verify says what is not signed
        }
    }

    /// <summary>Signs what is not signed yet, and looks no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _loop;
        await TryAsync(anyway: true);
    }

    private async Task LookAsync()
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None))
        {
            await TryAsync(anyway: false);
        }
    }

    private async Task TryAsync(bool anyway)
    {
        try
        {
            await _writer.RunAsync(
                "sign the ledger's end",
                connection =>
                {
                    Sign(connection, anyway);
                    return true;
                },
                CancellationToken.None);
        }
        catch (StoreUnavailableException e)
        {
            _fault = e.Message; // the records are durable; the next record, hour or process signs them
        }
    }
}
