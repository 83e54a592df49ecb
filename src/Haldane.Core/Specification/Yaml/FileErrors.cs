namespace Haldane.Core.Specification.Yaml;

/// <summary>Gathers the mistakes of one file.</summary>
/// <remarks>One thread.</remarks>
internal sealed class FileErrors(string file)
{
    private readonly List<SpecificationError> _errors = [];

    /// <summary>The file as it was given.</summary>
    public string File { get; } = file;

    /// <summary>How many there are so far.</summary>
    public int Count => _errors.Count;

    /// <summary>By line and column.</summary>
    public IEnumerable<SpecificationError> InOrder => _errors.OrderBy(e => e.Line).ThenBy(e => e.Column);

    /// <summary>Reports a mistake of the file as a whole.</summary>
    public void Report(string message) => _errors.Add(new(File, 0, 0, "", message));

    /// <summary>Reports a mistake at a place.</summary>
    public void Report(Position at, string path, string message) => _errors.Add(new(File, at.Line, at.Column, path, message));

    /// <summary>Reports a mistake in a value.</summary>
    public void Report(YamlNode node, string message) => Report(node.At, node.Path, message);

    /// <summary>Reports that a value is not what was wanted; says nothing about values that are already reported.</summary>
    /// <param name="node">The value.</param>
    /// <param name="wanted">What would be right, with an example.</param>
    /// <param name="cure">What to change, if more can be said.</param>
    public void Wrong(YamlNode node, string wanted, string? cure = null)
    {
        if (node is not YamlBroken)
        {
            Report(node, $"found {node.Found}; wanted {wanted}" + (cure is null ? "" : ": " + cure));
        }
    }
}
