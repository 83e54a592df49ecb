using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Segments that Haldane tells itself, as they are written: of new and returning subjects, of the canary's start.</summary>
public sealed class OwnSegmentTests
{
    [Fact]
    public void The_subject_tells_the_values()
    {
        var model = Read("- { name: visit, of: subject }").Set!.Models[0];

        Assert.Equal(new SegmentSpec("visit", "", ["new", "returning"]) { BySubject = true }, model.Segments[0]);
        Assert.Equal(["visit=new", "visit=returning", "visit=other"], new Evidence.SegmentCells(model.Segments).Names[1..4]);
    }

    [Theory]
    [InlineData("- { name: start, of: start }", 60)]
    [InlineData("- { name: start, of: start, for: 5m }", 300)]
    [InlineData("- { name: start, for: 5m, of: start }", 300)]
    public void The_start_of_the_canary_tells_the_values(string segment, int seconds)
    {
        var model = Read(segment).Set!.Models[0];

        Assert.Equal(new SegmentSpec("start", "", ["cold", "warm"]) { ColdFor = TimeSpan.FromSeconds(seconds) }, model.Segments[0]);
        Assert.Equal(["start=cold", "start=warm", "start=other"], new Evidence.SegmentCells(model.Segments).Names[1..4]);
    }

    [Theory]
    [InlineData("- { name: visit, of: subject, header: X-Visit }", "found header or values beside of: subject")]
    [InlineData("- { name: visit, of: subject, values: [new] }", "found header or values beside of: subject")]
    [InlineData("- { name: visit, of: user }", "wanted subject or start")]
    [InlineData("- { name: visit, of: subject, for: 1m }", "found for without of: start; wanted it only there")]
    [InlineData("- { name: start, of: start }\n    - { name: again, of: start }", "found a second segment of the start")]
    [InlineData("- { name: start, of: start, values: [cold] }", "found header or values beside of: start; wanted one of the two: the start tells the value by itself")]
    [InlineData("- { name: visit }", "found no field \"header\"; wanted header and values")]
    [InlineData("- { name: visit, header: X-Visit }", "found no field \"values\"; wanted header and values")]
    [InlineData("- { name: visit, of: subject }\n    - { name: again, of: subject }", "found a second segment of the subject")]
    public void A_mistake_is_named(string segment, string message) => Assert.Contains(message, Assert.Single(Read(segment).Errors).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_subject_there_is_nobody_to_return()
    {
        var errors = Samples.Read(Text("- { name: visit, of: subject }").Replace("  subject: { header: X-User-Id }\n", "", StringComparison.Ordinal)).Errors;
        Assert.Contains("found a segment of the subject in a model without one", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    private static SpecificationResult Read(string segment) => Samples.Read(Text(segment));

    private static string Text(string segment) => Samples.With("    - { name: country, header", $"    {segment}\n    - {{ name: country, header");
}
