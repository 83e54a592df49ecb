using System.Text;
using System.Text.Json;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Shadow;
using Haldane.Gateway.Shadow.Comparison;

namespace Haldane.Gateway.Tests.Shadow;

/// <summary>When two answers are alike.</summary>
public sealed class ComparisonTests
{
    private static readonly ShadowSpec Rules = new() { Ignore = ["/id", "/usage", "/choices/*/logprobs", "/a~1b"] };

    [Theory]
    [InlineData("""{"a":1,"b":[true,null,"x"]}""", """{ "b": [true, null, "x"], "a": 1.0 }""", "")]
    [InlineData("""{"a":1}""", """{"a":2}""", "/a")]
    [InlineData("""{"a":1}""", """{"a":1.0000000001}""", "")]
    [InlineData("""{"a":1000000}""", """{"a":1000001}""", "")] // near in parts of the larger one
    [InlineData("""{"a":0}""", """{"a":0.00001}""", "/a")]
    [InlineData("""{"a":1}""", """{"a":"1"}""", "/a")]
    [InlineData("""{"a":true}""", """{"a":false}""", "/a")]
    [InlineData("""{"a":null}""", """{}""", "/a")]
    [InlineData("""{}""", """{"b":{"c":1}}""", "/b")]
    [InlineData("""{"l":[1,2,3]}""", """{"l":[1,3]}""", "/l/1 /l/2")]
    [InlineData("""{"l":[{"x":1},{"x":2}]}""", """{"l":[{"x":1},{"x":3}]}""", "/l/1/x")]
    [InlineData("""{"a/b":1,"c~d":1}""", """{"a/b":2,"c~d":2}""", "/c~0d")]
    [InlineData("""{"id":1,"usage":{"tokens":3},"a":1}""", """{"id":2,"usage":{"tokens":4},"a":1}""", "")]
    [InlineData("""{"id":1,"a":1}""", """{"a":1}""", "")]
    [InlineData("""{"choices":[{"logprobs":1,"text":"x"},{"logprobs":2,"text":"y"}]}""", """{"choices":[{"logprobs":5,"text":"x"},{"text":"y"}]}""", "")]
    [InlineData("""{"text":"Hello  World\n"}""", """{"text":"hello world"}""", "")]
    [InlineData("""{"text":"dog bites man"}""", """{"text":"man bites dog"}""", "/text")]
    [InlineData("""[1]""", """{"0":1}""", "")]
    [InlineData("1e400", "1e401", "")]
    public void Json_differs_where_its_values_do(string one, string other, string fields)
    {
        var result = Json(Rules).Compare(Bytes(one), Bytes(other))!.Value;

        // The root itself has no pointer but the empty one.
        var differs = fields.Length > 0 || one.StartsWith('[') || one.StartsWith("1e4", StringComparison.Ordinal);
        Assert.Equal((differs, fields), (result.Differs, string.Join(' ', result.Fields)));
    }

    [Theory]
    [InlineData("{\"a\":1", "{}")]
    [InlineData("{}", "text")]
    [InlineData("", "{}")]
    [InlineData("{\"a\":\"\\ud800\"}", "{\"a\":\"x\"}")]
    public void What_is_not_json_is_not_compared_as_such(string one, string other) => Assert.Null(Json(Rules).Compare(Bytes(one), Bytes(other)));

    [Fact]
    public void The_list_of_fields_is_bounded()
    {
        string One(int x) => "[" + string.Join(',', Enumerable.Range(0, 15).Select(i => $"{{\"a\":{i + x},\"b\":{i + x}}}")) + "]";

        var result = Json(Rules).Compare(Bytes(One(0)), Bytes(One(1_000)))!.Value;

        Assert.Equal((true, ShadowLimits.MostFields, "/0/a"), (result.Differs, result.Fields.Count, result.Fields[0]));
    }

    [Theory]
    [InlineData(0.001, false)]
    [InlineData(0.2, true)]
    public void Vectors_are_alike_by_their_cosine(double noise, bool differs)
    {
        var random = new Random(3);
        var one = Enumerable.Range(0, 64).Select(_ => random.NextDouble() - 0.5).ToArray();
        var other = one.Select(x => x + noise * (random.NextDouble() - 0.5)).ToArray();

        var numbers = Json(Rules).Compare(Embedding(one), Embedding(other))!.Value;
        var packed = Json(Rules).Compare(Packed(one), Packed(other))!.Value;
        var mixed = Json(Rules).Compare(Packed(one), Embedding(other))!.Value;

        Assert.Equal((differs, differs, differs), (numbers.Differs, packed.Differs, mixed.Differs));
        Assert.Equal(numbers.Cosine!.Value, packed.Cosine!.Value, 5);
        Assert.Equal(differs ? "/data/0/embedding" : "", string.Join(' ', numbers.Fields));
    }

    [Theory]
    [InlineData(new float[] { 1, 0 }, new float[] { 0, 2 }, 0)]
    [InlineData(new float[] { 1, 1 }, new float[] { 3, 3 }, 1)]
    [InlineData(new float[] { 1, 0 }, new float[] { -1, 0 }, -1)]
    [InlineData(new float[] { 0, 0 }, new float[] { 1, 0 }, 0)]
    [InlineData(new float[] { 0, 0 }, new float[] { 0, 0 }, 1)]
    public void The_cosine_is_that_of_the_angle(float[] one, float[] other, double cosine) => Assert.Equal(cosine, Vectors.Cosine(one, other), 6);

    [Theory]
    [InlineData("", "", 1)]
    [InlineData("Yes.", " yes. ", 1)]
    [InlineData("a\t b", "A B", 1)]
    [InlineData("yes", "no", 0)]
    [InlineData("the card was stolen", "the card was lost", 3.0 / 7)] // (,the) (the,card) (card,was) of seven
    [InlineData("a a a", "a a", 3.0 / 4)]
    public void Texts_are_similar_by_their_pairs_of_words(string one, string other, double similarity)
    {
        Assert.Equal(similarity, TextSimilarity.Of(one, other), 9);
        Assert.Equal(similarity, TextSimilarity.Of(other, one), 9);
    }

    [Fact]
    public void Only_the_same_words_in_the_same_order_are_wholly_similar() => Assert.True(TextSimilarity.Of("a b a b a", "a b a b a b a") < 1);

    [Theory]
    [InlineData(1, true)]
    [InlineData(0.4, false)]
    public void Texts_may_be_asked_to_be_similar_only(double similarity, bool differs)
    {
        var result = Json(Rules with { Similarity = similarity }).Compare(Bytes("""{"t":"the card was stolen"}"""), Bytes("""{"t":"the card was lost"}"""))!.Value;

        Assert.Equal((differs, 3.0 / 7), (result.Differs, result.Similarity!.Value));
    }

    [Theory]
    [InlineData("""{"user":{"card":"4111","name":"Ann"},"turns":[{"content":"secret","role":"user"}]}""", """{"user":{"card":"[redacted]","name":"Ann"},"turns":[{"content":"[redacted]","role":"user"}]}""")]
    [InlineData("no json", "[redacted]")]
    [InlineData("", "")]
    public void What_the_operator_names_is_blotted_out(string body, string kept) =>
        Assert.Equal(kept, new Redaction(new(["/user/card", "/turns/*/content"])).Of(Encoding.UTF8.GetBytes(body), 1_000));

    [Fact]
    public void A_kept_body_is_cut() => Assert.Equal("01234", new Redaction(new([])).Of("0123456789"u8, 5));

    private static JsonComparison Json(ShadowSpec rules) => new(new(rules.Ignore), rules.Tolerance, rules.Similarity, rules.Cosine);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static ReadOnlyMemory<byte> Embedding(double[] vector) => Bytes($$"""{"data":[{"embedding":{{JsonSerializer.Serialize(vector)}}}]}""");

    private static ReadOnlyMemory<byte> Packed(double[] vector)
    {
        var bytes = vector.SelectMany(x => BitConverter.GetBytes((float)x)).ToArray();
        return Bytes($$"""{"data":[{"embedding":"{{Convert.ToBase64String(bytes)}}"}]}""");
    }
}
