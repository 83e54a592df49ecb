using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Shadow;

namespace Haldane.Gateway.Tests.Observation;

/// <summary>One feature of each answer, drawn by its part of the attributions.</summary>
public sealed class AttributionReaderTests
{
    private const int Other = 3;
    private const int Unread = AttributionReader.Unread;

    private static readonly AttributionReader Reader = New("/a/0");

    // Whatever the draw, there is but one.
    [Theory]
    [InlineData("""{"a":[{"income":0.25}]}""", 0)]
    [InlineData("""{"a":[{"income":0,"country":0.25,"age":-0.0}]}""", 2)]
    [InlineData("""{"a":[{"age":-3}],"b":NaN}""", 1)]
    [InlineData("""{"x":[1,{"a":2}],"a":[{"inc\u006fme":1e-9}]}""", 0)]
    [InlineData("""{"a":[{"zip":1}]}""", Other)]
    [InlineData("""{"a":[[0,2,0]]}""", 1)]
    [InlineData("""{"a":[[0,0,0,0,-7]]}""", Other)]
    [InlineData("""{"a":[ [ 1 ] ]}""", 0)]
    [InlineData("""{"a":[{}]}""", Unread)]
    [InlineData("""{"a":[[]]}""", Unread)]
    [InlineData("""{"a":[]}""", Unread)]
    [InlineData("""{"b":[{"income":1}]}""", Unread)]
    [InlineData("""{"a":[{"income":0,"age":0}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":null}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":"2"}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":[2]}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":{"x":2}}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":true}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":NaN}]}""", Unread)]
    [InlineData("""{"a":[{"income":1,"age":1e999}]}""", Unread)]
    [InlineData("""{"a":[[1e308,1e308]]}""", Unread)]
    [InlineData("""{"a":[[4e-324]]}""", Unread)]
    [InlineData("""{"a":[7]}""", Unread)]
    [InlineData("""{"a":["income"]}""", Unread)]
    [InlineData("""{"a":[{"income":1""", Unread)]
    [InlineData("""{"a":[[1,""", Unread)]
    [InlineData("""{"a":[{"\ud800":1}]}""", Unread)]
    [InlineData("<html>", Unread)]
    [InlineData("", Unread)]
    public void An_answer_is_read_or_unread(string body, int feature)
    {
        Assert.All(Enumerable.Range(0, 50), nonce => Assert.Equal(feature, Draw(Reader, body, (uint)nonce * 0x9E37_79B9 + 7)));
    }

    [Fact]
    public void The_number_of_an_exchange_draws_by_itself_and_the_same_again()
    {
        const string Body = """{"a":[[1,1,1]]}""";

        var drawn = Enumerable.Range(0, 100).Select(n => Draw(Reader, Body, (uint)n)).ToList();

        Assert.Equal(drawn, Enumerable.Range(0, 100).Select(n => Draw(Reader, Body, (uint)n)));
        Assert.Equal([0, 1, 2], drawn.Distinct().Order());
    }

    [Theory]
    [InlineData("""{"a":[[0.1,-0.2,0.3,0.4]]}""", 0.1, 0.2, 0.3, 0.4)]
    [InlineData("""{"a":[{"zip":4e-9,"age":1e-9,"country":-2e-9,"income":1e-9,"street":2e-9}]}""", 0.1, 0.1, 0.2, 0.6)]
    [InlineData("""{"a":[{"age":1e300,"country":1e300,"income":98e300}]}""", 0.98, 0.01, 0.01, 0.0)]
    public void Features_are_drawn_by_their_part_of_the_sizes(string body, params double[] parts)
    {
        const int Draws = 100_000, Seed = 20_261_122;
        foreach (var random in new[] { new Random(Seed), null })
        {
            // Numbers as they come, and one after the other.
            var counts = new int[parts.Length];
            for (var i = 0; i < Draws; i++)
            {
                counts[Draw(Reader, body, random is null ? (uint)i : (uint)random.NextInt64(1L << 32))]++;
            }

            AssertFits(parts, counts);
        }
    }

    [Fact]
    public void What_is_drawn_says_nothing_of_what_else_the_same_number_draws()
    {
        const string Body = """{"a":[[1,2,1]]}""";
        var counts = new Dictionary<string, int[]>();
        for (var nonce = 0u; nonce < 400_000; nonce++)
        {
            var number = nonce * 2_654_435_769;
            var feature = Draw(Reader, Body, number);
            foreach (var what in new[]
            {
                $"endpoint {number % 3}", $"upper {number >> 30}", $"copied {ShadowLane.Draws(number, new(2_500), 0)}", $"control {ShadowLane.Draws(number, new(2_500), 1)}",
                $"canary {Draw(Reader, Body, number, Arm.Canary)}",
            })
            {
                (counts.TryGetValue(what, out var of) ? of : counts[what] = new int[4])[feature]++;
            }
        }

        Assert.Equal(3 + 4 + 2 + 2 + 3, counts.Count);
        Assert.All(counts.Values, of => AssertFits([0.25, 0.5, 0.25, 0], of));
    }

    [Theory]
    [InlineData(4_096, Other)]
    [InlineData(4_097, Unread)]
    public void So_many_numbers_are_read(int count, int feature)
    {
        var body = $$"""{"a":[[{{string.Concat(Enumerable.Repeat("0,", count - 1))}}1]]}""";

        Assert.Equal(feature, Draw(Reader, body, 7));
    }

    [Fact]
    public void A_body_that_is_not_JSON_by_its_head_is_unread_and_tensors_behind_it_are_nothing()
    {
        var body = Encoding.UTF8.GetBytes("""{"a":[[1]]}""");

        Assert.Equal(Unread, Reader.Draw(body, AnswerForm.Grpc, 7, Arm.Canary));
        Assert.Equal(0, Reader.Draw([.. body, 0, 1, 2], AnswerForm.Of("11"u8), 7, Arm.Canary));
        Assert.Equal(Unread, Reader.Draw(body, AnswerForm.Of("12"u8), 7, Arm.Canary));
    }

    [Fact]
    public void A_model_without_attributions_draws_nothing_and_one_with_nothing_else_predicts_nothing()
    {
        var body = """{"a":[[1]]}"""u8;
        AnswerReader without = new(Protocol.OpenInference, new() { Prediction = new(null, ["a", "b"]) }), alone = new(Protocol.OpenInference, new() { Attribution = Spec("/a/0") });

        Assert.Equal(Unread, without.DrawFeature(body, AnswerForm.Json, 7, Arm.Canary));
        Assert.Equal((true, Prediction.Unread), (without.Reads, without.Unreadable));
        Assert.Equal((0, null, null), (alone.DrawFeature(body, AnswerForm.Json, 7, Arm.Canary), alone.Read(body, AnswerForm.Json, new()), alone.Unreadable));
        Assert.Equal((true, false, false), (alone.Reads, alone.ReadsRows, alone.ReadsClass));
    }

    [Fact]
    public void A_hundred_thousand_random_inputs_never_throw()
    {
        const int Seed = 20_261_122;
        var random = new Random(Seed);
        AttributionReader[] readers = [Reader, New("/a"), New("/~1/~0")];
        string[] pieces = ["{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"income\"", "0.5", "-1e400", "-", "NaN", "null", "\\ud800", "\"\\ud800\"", "\\u00", " ", "/*", "\ufeff"];
        for (var i = 0; i < 100_000; i++)
        {
            // Nearly JSON gets further than noise.
            var input = (i % 4 == 1 ? "{\"a\":[{\"income\":1," : i % 4 == 2 ? "{\"a\":[[" : "") + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var failure = Record.Exception(() => Draw(readers[i % readers.Length], input, (uint)i));
            Assert.True(failure is null, $"seed {Seed}, input {i}: {input}: {failure}");
        }
    }

    [Fact]
    public void Drawing_allocates_nothing()
    {
        var body = Encoding.UTF8.GetBytes("""{"id":"x","a":[{"inc\u006fme":0.5,"age":-0.25,"zip":1e-3}],"b":1}""");
        Allocated();

        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0u; i < 10_000; i++)
            {
                Reader.Draw(body, AnswerForm.Json, i, Arm.Canary);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    // Chi-square with at most 3 degrees of freedom: above 24.4 once in 50,000.
    private static void AssertFits(double[] parts, int[] counts)
    {
        double all = counts.Sum(), sum = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.True(parts[i] > 0 || counts[i] == 0);
            sum += parts[i] > 0 ? Math.Pow(counts[i] - parts[i] * all, 2) / (parts[i] * all) : 0;
        }

        Assert.True(sum < 24.4, string.Create(CultureInfo.InvariantCulture, $"chi-square {sum:0.0}: {string.Join(", ", counts)}"));
    }

    private static int Draw(AttributionReader reader, string body, uint nonce, Arm arm = Arm.Baseline) => reader.Draw(Encoding.UTF8.GetBytes(body), AnswerForm.Json, nonce, arm);

    private static AttributionReader New(string place) => new(Spec(place));

    private static AttributionSpec Spec(string place) => new(place, ["income", "age", "country"]);
}
