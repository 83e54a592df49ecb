using System.Diagnostics;
using System.Text;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

public sealed class SpecificationRobustnessTests
{
    /// <summary>A file and what is said about it. A record of its own, because xunit would write plain bytes out for every test.</summary>
    public sealed record BadFile(string What, byte[] Content, string Says)
    {
        public override string ToString() => What;
    }

    public static TheoryData<BadFile> Unreadable { get; } =
    [
        new BadFile("no bytes", [], "a.yaml: found nothing in the file; wanted at least one document with apiVersion, kind, metadata and spec"),
        new BadFile("only comments", "# soon\n---\n"u8.ToArray(), "a.yaml: found nothing in the file; wanted at least one document with apiVersion, kind, metadata and spec"),
        new BadFile("Latin-1", [.. "a: b\nkind: Mod"u8, 0xE9, (byte)'l'], "a.yaml:2:10: found the byte 0xE9, which is not UTF-8; wanted UTF-8: save the file as UTF-8"),
        new BadFile("UTF-16", [0xFF, 0xFE, (byte)'a', 0], "a.yaml: found a file in UTF-16; wanted UTF-8: save it as UTF-8"),
        new BadFile("a zero", "a: b\n\0c: d\n"u8.ToArray(), "a.yaml:2:1: found the invisible character U+0000; wanted text: remove it"),
        new BadFile("an escape", "a: \u001b[31m"u8.ToArray(), "a.yaml:1:4: found the invisible character U+001B; wanted text: remove it"),
        new BadFile(
            "too long", Encoding.UTF8.GetBytes(new string('[', 10_000_000)),
            "a.yaml: found a file of 10,000,000 bytes; wanted at most 1,048,576 (1 MiB): split it into several files"),
        new BadFile(
            "too deep", Encoding.UTF8.GetBytes(new string('[', 1_000_000)),
            "a.yaml:1:33: found values nested deeper than 32 levels; wanted less: look for a bracket that is not closed"),
        new BadFile(
            "too deep in lines", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("- ", 500_000))),
            "a.yaml:1:65: found values nested deeper than 32 levels; wanted less: look for a bracket that is not closed"),
        new BadFile(
            "too many", Encoding.UTF8.GetBytes("[" + string.Concat(Enumerable.Repeat("1,", 20_000)) + "]"),
            "a.yaml:1:20000: found more than 10,000 values in one file; wanted fewer: split it into several files"),
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void A_file_that_cannot_be_read_is_answered_quickly(BadFile file)
    {
        var before = Stopwatch.GetTimestamp();

        var result = SpecificationReader.Read([new("a.yaml", file.Content)]);

        Assert.True(Stopwatch.GetElapsedTime(before) < TimeSpan.FromSeconds(1), file.What);
        Assert.Null(result.Set);
        Assert.Contains(file.Says, result.Errors.Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("{a: ", 250_000)]
    [InlineData("? ", 500_000)]
    [InlineData("--- ", 250_000)]
    [InlineData("---\n", 250_000)]
    [InlineData("a: ", 300_000)]
    [InlineData("a: b\n", 200_000)]
    [InlineData("&a ", 300_000)]
    [InlineData("!a ", 300_000)]
    [InlineData("*a ", 300_000)]
    [InlineData("%TAG ! a\n", 100_000)]
    [InlineData("'", 1_000_000)]
    [InlineData("\"\\", 500_000)]
    [InlineData("| \n", 300_000)]
    [InlineData("a\n", 500_000)]
    [InlineData(" ", 1_000_000)]
    [InlineData("\t", 1_000_000)]
    [InlineData("# ", 500_000)]
    [InlineData("[a: ", 250_000)]
    [InlineData("[]\n", 300_000)]
    [InlineData("- a\n", 250_000)]
    [InlineData("- [{\n", 200_000)]
    public void A_hostile_file_is_answered_quickly(string piece, int times)
    {
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, times)));
        var before = Stopwatch.GetTimestamp();

        var result = SpecificationReader.Read([new("a.yaml", content)]);

        Assert.NotEmpty(result.Errors);
        Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Whatever_is_changed_in_a_file_it_is_read_or_refused_but_never_fails()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var before = Stopwatch.GetTimestamp();

        for (var round = 0; round < 3_000; round++)
        {
            var content = Mutation.Of(Encoding.UTF8.GetBytes(Samples.Fraud), random);
            try
            {
                var result = SpecificationReader.Read([new("a.yaml", content)]);
                Assert.True(result.Set is null == result.Errors.Count > 0);
                Assert.All(result.Errors, e => Assert.True(e.Message.Length < 1_000 && !e.Message.Contains('\n', StringComparison.Ordinal), e.Message));
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e}\n{Encoding.UTF8.GetString(content)}");
            }
        }

        Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void At_most_60_characters_of_a_value_are_repeated()
    {
        var error = Assert.Single(Samples.Read(Samples.With("failover: auto", "failover: " + new string('x', 5_000))).Errors);

        Assert.Equal($"found \"{new string('x', 59)}…\"; wanted auto, always or never", error.Message);
    }
}
