namespace Haldane.Fleet;

/// <summary>A clock on which each tick comes a second after the last one, however long it takes.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Second() => _ticks += TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero).AddTicks(_ticks);
}
