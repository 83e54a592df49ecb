using Haldane.Core;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>What a check found, each in one sentence that begins with its place; the first ones in full, then how many more.</summary>
/// <remarks>One thread.</remarks>
internal sealed class Problems
{
    /// <summary>More would hide the first ones, which say what happened.</summary>
    public const int Most = 20;

    private readonly List<string> _found = [];

    public int Count => _found.Count;

    public void Add(string problem) => _found.Add(problem);

    public void AddRecord(long number, string problem) => Add($"record {number}: {problem}");

    public ValueList<string> ToList() => _found.Count <= Most
        ? _found.ToValueList()
        : _found.Take(Most - 1).Append($"and {_found.Count - Most + 1} more problems").ToValueList();
}
