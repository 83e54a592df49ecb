using System.Text;
using System.Text.Json;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Observation;

public sealed class AnswerReaderTests
{
    private const int Other = 2;
    private const int Unread = ExchangeToken.NoClass;

    private static readonly AnswerReader Reader = new(Protocol.Http, Signals("/label", "/score"));

    private readonly PredictionRows _rows = new();

    [Theory]
    [InlineData("""{"label":"legit","score":0.25}""", 0, 0.25)]
    [InlineData("""{"score":1,"label":"fraud"}""", 1, 1.0)]
    [InlineData("""{"label":"fr\u0061ud","score":0}""", 1, 0.0)]
    [InlineData("""{"l\u0061bel":"fraud"}""", 1, null)]
    [InlineData("""{"label":"theft","score":0.5}""", Other, 0.5)]
    [InlineData("""{"label":1,"score":0.5}""", 1, 0.5)]
    [InlineData("""{"label":1.0}""", 1, null)]
    [InlineData("""{"label":1.5}""", Other, null)]
    [InlineData("""{"label":-1}""", Other, null)]
    [InlineData("""{"label":1e999}""", Other, null)]
    [InlineData("""{"label":true}""", 1, null)]
    [InlineData("""{"label":false}""", 0, null)]
    [InlineData("""{"label":null}""", Unread, null)]
    [InlineData("""{"label":["fraud"]}""", 1, null)]
    [InlineData("""{"label":["fraud","legit"]}""", Unread, null)]
    [InlineData("""{"label":{"label":"fraud"}}""", Unread, null)]
    [InlineData("""{"inner":{"label":"fraud"},"label":"legit"}""", 0, null)]
    [InlineData("""{"label":"fraud","label":"legit"}""", 1, null)]
    [InlineData("""{"score":1.01,"label":"fraud"}""", 1, null)]
    [InlineData("""{"score":"0.5","label":"fraud"}""", 1, null)]
    [InlineData("""{"score":NaN,"label":"fraud"}""", Unread, null)]
    [InlineData("""{"label":"\ud800","score":0.5}""", Unread, null)]
    [InlineData("""{"label":"frau""", Unread, null)]
    [InlineData("""["fraud"]""", Unread, null)]
    [InlineData("\"fraud\"", Unread, null)]
    [InlineData("<html>", Unread, null)]
    [InlineData("{", Unread, null)]
    [InlineData(" ", Unread, null)]
    [InlineData("", Unread, null)]
    public void An_answer_is_read_or_unread(string body, int @class, double? confidence)
    {
        Assert.Equal(new Prediction(@class, confidence), Reader.Read(Encoding.UTF8.GetBytes(body), AnswerForm.Json, _rows));
    }

    [Fact]
    public void Nesting_without_end_is_unread()
    {
        Assert.Equal(Prediction.Unread, Reader.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":""", 30_000))), AnswerForm.Json, _rows));
    }

    [Fact]
    public void A_hundred_thousand_random_inputs_never_throw()
    {
        const int Seed = 20_261_121;
        var random = new Random(Seed);
        AnswerReader[] readers = [Reader, .. new[] { Signals("/a/0/b", "/a/1"), Signals("", ""), Signals("/~1/~0", "/-") }.Select(s => new AnswerReader(Protocol.Http, s))];
        string[] pieces =
        [
            "{", "}", "[", "]", ":", ",", "\"", "\"label\"", "\"score\"", "\"a\"", "\"b\"", "\"fraud\"", "0.5", "1e400", "-", "NaN", "true", "null", "\\ud800", "\"\\ud800\"", "\"\\udc00x\"",
            "\\u00", "\u00e9", " ", "\n", "/*", "\"/\"", "\"~\"", "\ufeff",
        ];
        for (var i = 0; i < 100_000; i++)
        {
            byte[] input;
            if (i % 2 == 0)
            {
                input = new byte[random.Next(60)];
                random.NextBytes(input);
            }
            else
            {
                // Nearly JSON gets further than noise.
                input = Encoding.UTF8.GetBytes((i % 4 == 1 ? "{\"label\":" : "") + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])));
            }

            var reader = readers[i % readers.Length];
            var failure = Record.Exception(() => reader.Read(input, AnswerForm.Json, _rows));
            Assert.True(failure is null, $"seed {Seed}, input {i}: {Convert.ToHexString(input)}: {failure}");
        }
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var body = Encoding.UTF8.GetBytes("""{"id":"x","outputs":[{"data":[1,2,3]}],"l\u0061bel":"fr\u0061ud","score":0.75}""");
        Allocated();

        // The collector may empty the pool of buffers once, while another test makes garbage.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10_000; i++)
            {
                Reader.Read(body, AnswerForm.Json, _rows);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData("", """{"a":1}""", "{")]
    [InlineData("/a", """{"a":7}""", "7")]
    [InlineData("/a/b/2", """{"x":[{}],"a":{"c":[1],"b":[1,[2],33]}}""", "33")]
    [InlineData("/0", """[4]""", "4")]
    [InlineData("/0", """{"0":5}""", "5")]
    [InlineData("/a~1b/m~0n", """{"a/b":{"m~n":6}}""", "6")]
    [InlineData("/~01", """{"~1":8}""", "8")]
    [InlineData("/", """{"":9}""", "9")]
    [InlineData("/\u00e9", """{"\u00e9":3}""", "3")]
    [InlineData("/1", """[4]""", null)]
    [InlineData("/-1", """[4]""", null)]
    [InlineData("/-", """[4]""", null)]
    [InlineData("/x", """[4]""", null)]
    [InlineData("/a/b", """{"a":1}""", null)]
    [InlineData("/b", """{"a":{"b":1}}""", null)]
    [InlineData("/99999999999999999999", """[1]""", null)]
    public void A_pointer_finds_its_value(string pointer, string json, string? found)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));

        Assert.Equal(found, JsonPointer.Parse(pointer).TryFind(ref reader) ? Encoding.UTF8.GetString(reader.ValueSpan) : null);
    }

    private static SignalsSpec Signals(string label, string score) => new() { Prediction = new(label, ["legit", "fraud"]), Confidence = new(score) };
}
