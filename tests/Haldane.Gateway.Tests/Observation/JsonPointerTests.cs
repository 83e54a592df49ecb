using System.Text;
using System.Text.Json;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Observation;

/// <summary>The quick search for a value against the plain one. HALDANE_LONG=1 makes the fuzzing a hundred times longer.</summary>
public sealed class JsonPointerTests(ITestOutputHelper output)
{
    private static readonly int Count = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? 5_000_000 : 50_000;

    private static readonly string[] Blanks = ["", "", "", " ", "\n", "\t \r\n"];

    private static readonly string[] Names = ["a", "b", "0", "", "a\\u0062", "\u00e4", "outputs"];

    private static readonly string[] Scalars = ["1", "-0.50e+7", "0", "true", "false", "null", "\"\"", "\"a\\\"}]{[,:\\\\\"", "\"\\u0022\u00e4\\ud83d\\ude00\"", "12345678901234567890.10"];

    private static readonly JsonPointer[] Pointers = [.. new[] { "", "/a", "/a/b", "/0", "/a/0/b", "/1/0", "/outputs/2/a", "/\u00e4", "/", "/x" }.Select(JsonPointer.Parse)];

    [Fact]
    public void It_finds_what_the_plain_search_finds_and_is_never_sure_of_what_that_refuses()
    {
        var random = new Random(1);
        var (sure, found) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var text = Encoding.UTF8.GetBytes(Value(random, 0));
            var json = random.Next(2) == 0 ? text : Damaged(random, text);
            var pointer = Pointers[random.Next(Pointers.Length)];
            var quick = pointer.Find(json);
            sure += quick == JsonWalk.Unsure ? 0 : 1;
            found += quick >= 0 ? 1 : 0;

            Assert.True(quick == JsonWalk.Unsure || quick == Plainly(pointer, json), $"{Encoding.UTF8.GetString(json)}: {quick}");
        }

        output.WriteLine($"{Count} texts, sure of {sure}, found in {found}");
        Assert.InRange(sure, Count / 3, Count);
        Assert.InRange(found, Count / 20, Count);
    }

    [Theory]
    [InlineData("""{"outputs":[{"data":["legit"]},{"data":[0.5]}]}""", 40)]
    [InlineData("""{"a\u0062":1,"outputs":[{},{"data":[2]}]}""", JsonWalk.Unsure)]
    [InlineData("""{"x":NaN,"outputs":[{},{"data":[2]}]}""", JsonWalk.Unsure)]
    [InlineData("""{"outputs":[{"data":["legit"]}]}""", JsonPointer.Missing)]
    [InlineData("""{"outputs":[{},{"data":[]}]}""", JsonPointer.Missing)]
    [InlineData("""{"outputs":[{},{"data":[""", JsonWalk.Unsure)]
    [InlineData("""{"outputs":[{},{"data":[0.97""", JsonWalk.Unsure)]
    [InlineData("", JsonWalk.Unsure)]
    public void The_place_is_where_the_value_begins(string json, int at) =>
        Assert.Equal(at, JsonPointer.Parse("/outputs/1/data/0").Find(Encoding.UTF8.GetBytes(json)));

    // The same answers by the reader that checks everything; a place that it refuses is none of them.
    private static int Plainly(JsonPointer pointer, byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, JsonLimits.Reading);
            return pointer.TryFind(ref reader) ? (int)reader.TokenStartIndex : JsonPointer.Missing;
        }
        catch (JsonException)
        {
            return int.MinValue;
        }
    }

    private static byte[] Damaged(Random random, byte[] text)
    {
        var damaged = text.ToArray();
        for (var i = random.Next(1, 3); i > 0 && damaged.Length > 0; i--)
        {
            damaged[random.Next(damaged.Length)] = (byte)"{}[]\",:0-.eNn\\ u"[random.Next(16)];
        }

        return damaged[..random.Next(damaged.Length / 2, damaged.Length + 1)];
    }

    private static string Value(Random random, int depth) => random.Next(depth > 4 ? 1 : 4) switch
    {
        0 => Scalars[random.Next(Scalars.Length)],
        1 => $"[{Blank(random)}{string.Join($"{Blank(random)},{Blank(random)}", Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1)))}{Blank(random)}]",
        _ => $$"""{{{Blank(random)}}{{string.Join($"{Blank(random)},{Blank(random)}", Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\"{Blank(random)}:{Blank(random)}{Value(random, depth + 1)}"))}}{{Blank(random)}}}""",
    };

    private static string Blank(Random random) => Blanks[random.Next(Blanks.Length)];
}
