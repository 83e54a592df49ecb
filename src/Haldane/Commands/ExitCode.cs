namespace Haldane.Commands;

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It ran, and the answer is no: a broken chain, a scenario that ended otherwise, a refused command.</summary>
    public const int No = 1;

    /// <summary>It could not run: bad files, an address that is taken, a server that does not answer.</summary>
    public const int CannotRun = 2;

    /// <summary>It ran, and the answer is neither yes nor no: undecided, no data, a measurement that cannot be trusted, or an experiment that is over.</summary>
    public const int Unproven = 3;

    /// <summary>What was waited for has not come in time.</summary>
    public const int TimedOut = 4;
}
