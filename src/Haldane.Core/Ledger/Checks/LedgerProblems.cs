namespace Haldane.Core.Ledger.Checks;

/// <summary>What a check found, each in one sentence that begins with its place; the first ones in full, then how many more.</summary>
/// <remarks>One thread.</remarks>
public sealed class LedgerProblems
{
    /// <summary>More would hide the first ones, which say what happened.</summary>
    public const int Most = 20;

    private readonly List<string> _found = [];

    /// <summary>How many were found.</summary>
    public int Count => _found.Count;

    /// <summary>Notes a problem.</summary>
    public void Add(string problem) => _found.Add(problem);

    /// <summary>Notes a problem of a record.</summary>
    public void AddRecord(long number, string problem) => Add($"record {number}: {problem}");

    /// <summary>What was found.</summary>
    public ValueList<string> ToList() => _found.Count <= Most
        ? _found.ToValueList()
        : _found.Take(Most - 1).Append($"and {_found.Count - Most + 1} more problems").ToValueList();
}
