using Haldane.Core.Reports;
using Haldane.Core.Reports.Standards;

namespace Haldane.Core.Tests.Reports;

/// <summary>The mapping is honest: each clause says both sides, and leads somewhere.</summary>
public sealed class StandardsTests
{
    public static TheoryData<string, string> Clauses => [.. StandardsMap.All.SelectMany(s => s.Clauses.Select(c => (s.Name, c.Number)))];

    [Theory]
    [MemberData(nameof(Clauses))]
    public void Every_clause_says_what_is_here_and_what_is_not(string standard, string number)
    {
        var clause = StandardsMap.All.Single(s => s.Name == standard).Clauses.Single(c => c.Number == number);

        Assert.All([clause.About, clause.Provides, clause.Lacks], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        Assert.All([clause.Provides, clause.Lacks], text => Assert.EndsWith(".", text, StringComparison.Ordinal));
        Assert.All(clause.Sections, section => Assert.Contains(PackSections.All, s => s.Id == section));
        Assert.Equal(clause.Coverage == Coverage.NotCovered, clause.Sections.Count == 0);
    }

    [Fact]
    public void The_standards_are_those_that_were_asked_for() =>
        Assert.Equal(["ISO/IEC 42001", "NIST AI RMF", "IEEE 7000", "EU AI Act"], StandardsMap.All.Select(s => s.Name));

    [Fact]
    public void Sections_have_names_of_their_own()
    {
        Assert.Equal(PackSections.All.Count, PackSections.All.Select(s => s.Id).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, PackSections.All.Count), PackSections.All.Select(s => PackSections.NumberOf(s.Id)));
    }
}
