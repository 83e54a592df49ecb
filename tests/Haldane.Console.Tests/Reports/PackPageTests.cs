using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Haldane.Console.Reports;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Reports;

namespace Haldane.Console.Tests.Reports;

/// <summary>The page of a pack: well-formed, the same each time, and harmless whatever people are called.</summary>
public sealed class PackPageTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("]]></style><svg onload=alert(1)>")]
    [InlineData("a & b &lt; c {{ x }} `y`")]
    [InlineData("\u0000\u0001\u001b[31m\r\n\ttext")]
    [InlineData("محمد 😀 \u202Etxet")]
    public void Whatever_people_write_stays_text(string hostile)
    {
        var page = Parse(PackPage.Write(Packs.Of(hostile)));

        var names = page.Descendants().Select(e => e.Name.LocalName).ToHashSet();
        Assert.DoesNotContain("script", names);
        Assert.DoesNotContain("img", names);
        Assert.All(page.Descendants().Attributes(), a => Assert.False(a.Name.LocalName.StartsWith("on", StringComparison.Ordinal), $"{a}"));
        Assert.Single(page.Descendants("style"));
        var shown = string.Concat(hostile.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        Assert.True(page.Descendants().Count(e => e.Nodes().OfType<XText>().Any(t => t.Value.Contains(shown, StringComparison.Ordinal))) > 30, "every text is shown as it was written");
    }

    [Fact]
    public void It_stands_alone()
    {
        var page = Parse(PackPage.Write(Packs.Of()));

        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "form");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName is "src" or "style" || (a.Name.LocalName == "href" && !a.Value.StartsWith('#')));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(page.Descendants("meta"), m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy" && ((string?)m.Attribute("content"))!.StartsWith("default-src 'none'", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_section_is_there_and_every_link_leads_to_one()
    {
        var page = Parse(PackPage.Write(Packs.Of()));

        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(PackSections.All.Select(s => s.Id), ids);
        Assert.All(page.Descendants("a"), a => Assert.Contains(((string)a.Attribute("href")!)[1..], ids));
    }

    [Fact]
    public void The_same_pack_gives_the_same_page_also_after_its_way_through_JSON()
    {
        var pack = Packs.Of();

        var again = JsonSerializer.Deserialize(JsonSerializer.Serialize(pack, ReportJson.Default.EvidencePack), ReportJson.Default.EvidencePack)!;

        Assert.Equal(PackPage.Write(pack), PackPage.Write(pack));
        Assert.Equal(PackPage.Write(pack), PackPage.Write(again));
    }

    [Fact]
    public void What_does_not_fit_is_on_the_first_page()
    {
        var page = PackPage.Write(Packs.Of());

        var first = page[..page.IndexOf("<ol class=\"contents\"", StringComparison.Ordinal)];
        Assert.Contains("NOT WHOLE", first, StringComparison.Ordinal);
        Assert.Contains("DIFFERENT", first, StringComparison.Ordinal);
        Assert.Contains("record 2: was altered", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guard_without_an_estimate_has_words_instead_of_a_picture()
    {
        var pack = Packs.Of();
        pack = pack with { Guards = [pack.Guards[0] with { Band = [], Verdict = null, Kinds = [] }], Course = pack.Course with { Curves = [], Entries = [] } };

        var page = Parse(PackPage.Write(pack));

        Assert.DoesNotContain(page.Descendants("svg"), s => (string?)s.Attribute("class") == "chart");
        Assert.Contains("Nothing was judged", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_difference_can_be_estimated_the_evidence_is_drawn()
    {
        var pack = Packs.Of();
        pack = pack with { Guards = [pack.Guards[0] with { Band = [.. pack.Guards[0].Band.Select(p => p with { Estimate = null, TowardFail = 1.2 })] }] };

        Assert.Contains("Evidence of p99 over time", PackPage.Write(pack), StringComparison.Ordinal);
    }

    // HTML that is well-formed XML too: no tag is left open, whatever is put in.
    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }
}
