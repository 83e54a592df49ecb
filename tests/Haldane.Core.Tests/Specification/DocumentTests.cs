using System.Text;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Core.Tests.Specification;

/// <summary>Files are taken apart into documents, and documents compared.</summary>
public sealed class DocumentTests
{
    private const string Fraud = """
        # who is a fraud
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          route: { path: /predict }
          versions:
            - { name: v1, endpoints: ["http://127.0.0.1:9001"] }
            - { name: v2, endpoints: ["http://127.0.0.1:9002"] }

        """;

    private const string Next = """
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          stages: [{ share: 5%, bake: 10m }, { share: 50%, bake: 10m }]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2 } }]

        """;

    [Theory]
    [InlineData("{0}---\n{1}")]
    [InlineData("---\n{0}---\n{1}...\n")]
    [InlineData("# about both\n---\n{0}...\n---\n\n{1}---\n")]
    [InlineData("\n\n{0}\n--- # the rollout\n{1}")]
    public void Each_document_is_found_and_says_what_the_file_says(string file)
    {
        var source = Source(string.Format(System.Globalization.CultureInfo.InvariantCulture, file, Fraud, Next));

        var (documents, errors) = DocumentTexts.Split(source);

        Assert.Empty(errors);
        Assert.Equal(["model fraud", "rollout fraud-v2"], documents.Select(d => d.Id.ToString()));
        var whole = SpecificationReader.Read([source]);
        var apart = SpecificationReader.Read([.. documents.Select(d => DocumentTexts.Source(d, d.Id.ToString()))]);
        Assert.Empty(whole.Errors);
        Assert.Equal(whole.Set, apart.Set);
    }

    [Fact]
    public void A_text_keeps_its_last_empty_lines_and_a_line_of_dashes_that_is_indented()
    {
        const string Text = "kind: Model\nmetadata: { name: a }\nspec:\n  about: |+\n    one\n    ---\n\n\n";

        var (documents, _) = DocumentTexts.Split(Source(Text));

        Assert.Equal(Text, Assert.Single(documents).Text);
    }

    [Theory]
    [InlineData("kind: Model\nspec: {}\n")]
    [InlineData("kind: Nothing\nmetadata: { name: a }\n")]
    [InlineData("- a\n")]
    [InlineData("kind: [")]
    public void What_has_no_kind_or_name_is_no_document(string text) => Assert.Empty(DocumentTexts.Split(Source(text)).Documents);

    [Fact]
    public void Documents_that_cannot_be_told_apart_are_said_to_be()
    {
        var (_, errors) = DocumentTexts.Split(Source("kind: Model\u0085---\u0085kind: Rollout\n"));

        Assert.Contains("cannot be told apart", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Differences_are_told_by_value_and_named_things_by_name()
    {
        var after = Fraud.Replace("    - { name: v1", "    - { name: v0, endpoints: [\"http://127.0.0.1:9000\"] }\n    - { name: v1", StringComparison.Ordinal)
            .Replace("127.0.0.1:9002", "127.0.0.1:9003", StringComparison.Ordinal).Replace("# who is a fraud", "# another word", StringComparison.Ordinal);

        Assert.Equal(
            [
                new("spec.versions[v2].endpoints[0]", "http://127.0.0.1:9002", "http://127.0.0.1:9003"),
                new("spec.versions[v0].name", null, "v0"),
                new("spec.versions[v0].endpoints[0]", null, "http://127.0.0.1:9000"),
            ],
            DocumentDifference.Between(Fraud, after));
    }

    [Fact]
    public void What_is_new_and_what_is_gone_is_told_in_full()
    {
        var all = DocumentDifference.Between(null, Next);

        Assert.Equal(("spec.model", null, "fraud"), (all[0].Path, all[0].Before, all[0].After));
        Assert.Equal(all.Select(c => (c.Path, c.After)), DocumentDifference.Between(Next, null).Select(c => (c.Path, c.Before)));
        Assert.Empty(DocumentDifference.Between(Next, Next));
    }

    private static SpecificationSource Source(string text) => new("a.yaml", Encoding.UTF8.GetBytes(text));
}
