namespace Haldane.Judge;

/// <summary>Notices that something that came again and again has stopped coming.</summary>
/// <remarks>Longer than ever before, by far: everything has pauses of its own. For one thread.</remarks>
/// <param name="flowed">How long it must have come before anybody misses it.</param>
/// <param name="least">A silence that is shorter is none.</param>
internal sealed class Silence(TimeSpan flowed, TimeSpan least)
{
    private const int TimesTheLongest = 5;
    private const double LikeTheLast = 1.5;

    private TimeSpan _sinceFirst;
    private TimeSpan _quiet;
    private TimeSpan _longest;
    private TimeSpan _lastMissed;
    private bool _hasCome;
    private bool _isMissed;

    /// <summary>How long it has been silent, where that is longer than it should be; else null.</summary>
    public TimeSpan? Standing => _isMissed ? _quiet : null;

    /// <summary>Takes a stretch of time.</summary>
    /// <param name="length">How long it was.</param>
    /// <param name="came">Whether anything came in it.</param>
    public void Add(TimeSpan length, bool came)
    {
        if (came)
        {
            // A silence that was missed is no habit yet; one that is like the last that was missed is, e.g. every night.
            var isHabit = _hasCome && (!_isMissed || _quiet <= LikeTheLast * _lastMissed);
            _longest = isHabit && _quiet > _longest ? _quiet : _longest;
            _lastMissed = _isMissed ? _quiet : _lastMissed;
            (_hasCome, _isMissed, _quiet) = (true, false, TimeSpan.Zero);
        }
        else
        {
            _quiet += length;
        }

        _sinceFirst += _hasCome ? length : TimeSpan.Zero;
        _isMissed = _hasCome && _sinceFirst - _quiet >= flowed && _quiet > least && _quiet > TimesTheLongest * _longest;
    }
}
