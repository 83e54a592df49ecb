namespace Haldane.Characteristics;

/// <summary>What was asked on the command line.</summary>
/// <param name="Section"><c>errors</c>, <c>latencies</c>, <c>peers</c>, <c>rules</c> or <c>all</c>.</param>
/// <param name="Runs">Streams for each cell with harm.</param>
/// <param name="Nulls">Streams for each cell without harm.</param>
/// <param name="Folder">Where results go.</param>
internal sealed record Options(string Section, int Runs, int Nulls, string Folder)
{
    /// <summary>How the program is used.</summary>
    public const string Usage = "use: errors|latencies|peers|rules|all [--runs 1000] [--nulls 4000] [--out bench/characteristics]";

    private static readonly string[] Sections = ["errors", "latencies", "peers", "rules", "all"];

    /// <summary>Whether a section is to be run.</summary>
    public bool Asks(string section) => Section == section || Section == "all";

    /// <summary>Reads the command line; the mistakes are all of them.</summary>
    public static (Options Options, List<string> Mistakes) Read(IReadOnlyList<string> words)
    {
        var options = new Options("all", 1000, 4000, "bench/characteristics");
        List<string> mistakes = [];
        for (var i = 0; i < words.Count; i++)
        {
            var value = i + 1 < words.Count ? words[i + 1] : "";
            switch (words[i])
            {
                case "--runs":
                    options = options with { Runs = Count("--runs", value, mistakes) };
                    i++;
                    break;
                case "--nulls":
                    options = options with { Nulls = Count("--nulls", value, mistakes) };
                    i++;
                    break;
                case "--out" when value.Length > 0:
                    options = options with { Folder = value };
                    i++;
                    break;
                case var word when i == 0 && Sections.Contains(word):
                    options = options with { Section = word };
                    break;
                case var word:
                    mistakes.Add($"found \"{word}\"; wanted a section first, then --runs, --nulls or --out with a value");
                    break;
            }
        }

        return (options, mistakes);
    }

    private static int Count(string name, string value, List<string> mistakes)
    {
        if (int.TryParse(value, out var count) && count is >= 10 and <= 1_000_000)
        {
            return count;
        }

        mistakes.Add($"{name}: found \"{value}\"; wanted a whole number from 10 to 1,000,000");
        return 10;
    }
}
