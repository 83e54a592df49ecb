namespace Haldane.Promise;

/// <summary>A table in Markdown that is printed and kept as it grows: a long run that is cut off keeps the rows it found.</summary>
/// <param name="file">Where it is kept, or null for printing only.</param>
internal sealed class Table(string? file)
{
    private readonly List<string> _lines = [];

    /// <summary>Adds a line, prints it and writes the file anew.</summary>
    public void Add(string line)
    {
        _lines.Add(line);
        Console.WriteLine(line);
        if (file is not null)
        {
            File.WriteAllLines(file, _lines);
        }
    }
}
