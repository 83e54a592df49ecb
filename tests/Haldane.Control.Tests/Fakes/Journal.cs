namespace Haldane.Control.Tests.Fakes;

/// <summary>What store and router were asked to do, in order. Any thread.</summary>
internal sealed class Journal
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Write(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
        }
    }
}
