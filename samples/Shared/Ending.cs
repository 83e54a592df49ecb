using System.Runtime.InteropServices;

namespace Haldane.Samples.Shared;

/// <summary>Tells a program that it should end: SIGTERM, Ctrl-C or, if asked for, a closed standard input.</summary>
/// <remarks>A pipe closes when the parent dies, however it dies; so a program that watches it never outlives its parent.</remarks>
internal sealed class Ending : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    private Ending() => _signals = [Watch(PosixSignal.SIGTERM), Watch(PosixSignal.SIGINT)];

    /// <summary>Cancelled when the program should end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Starts to watch.</summary>
    public static Ending Watch(bool standardInput)
    {
        var ending = new Ending();
        if (standardInput)
        {
            // A thread of its own: reading standard input blocks whatever thread does it.
            new Thread(ending.ReadToTheEnd) { IsBackground = true, Name = "standard input" }.Start();
        }

        return ending;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        // The source is left alone: the reading thread may still cancel it, and it holds nothing that needs to be freed.
    }

    private PosixSignalRegistration Watch(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // we end by ourselves, after the last report
        _source.Cancel();
    });

    private void ReadToTheEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        _source.Cancel();
    }
}
