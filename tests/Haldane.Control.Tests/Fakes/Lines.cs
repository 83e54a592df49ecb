using Microsoft.Extensions.Logging;

namespace Haldane.Control.Tests.Fakes;

/// <summary>Keeps log lines. Any thread.</summary>
internal sealed class Lines<T> : ILogger<T>
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, EventId Event, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, EventId Event, string Text)> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add((logLevel, eventId, formatter(state, exception)));
        }
    }
}
