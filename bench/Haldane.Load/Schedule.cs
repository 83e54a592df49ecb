using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>When requests are due: at a steady rate, whatever becomes of the earlier ones, or each as soon as a connection is free.</summary>
internal sealed class Schedule(double rate, long begin)
{
    private long _taken;

    /// <summary>Whether requests are due at a rate.</summary>
    public bool IsPaced => rate > 0;

    /// <summary>When the next one is due.</summary>
    public long Next => IsPaced ? begin + (long)(_taken * Clock.Second / rate) : begin;

    /// <summary>Takes the next one; says when it was due.</summary>
    public long Take()
    {
        var due = IsPaced ? Next : Clock.Now;
        _taken++;
        return due;
    }
}
