using System.Buffers.Binary;
using System.Text;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Observation;

/// <summary>Answers as the documentation of each protocol shows them, and where predictions are found in them. Long for the answers, which stand here as they are documented.</summary>
public sealed class PredictionPlacesTests
{
    private const string Legit = "legit", Unread = "?", Nothing = "";

    private readonly PredictionRows _rows = new();

    private static readonly (Protocol Protocol, string? Response, string Body, string Found)[] Shown =
    [
        // TensorFlow Serving: rows, columns, classify and regress.
        (Protocol.TensorFlowServing, null, """{"predictions":["legit","fraud","fraud"]}""", "0 1 1"),
        (Protocol.TensorFlowServing, null, """{"predictions":[0,1,7]}""", "0 1 2"),
        (Protocol.TensorFlowServing, null, """{"predictions":[[0.9,0.1],[0.2,0.8]]}""", "0:0.9 1:0.8"),
        (Protocol.TensorFlowServing, null, """{"predictions":[[0.97],[0.1]]}""", "1:0.97 0:0.9"),
        (Protocol.TensorFlowServing, null, """{"predictions":[[2.0,2.0,5.0]]}""", "2:0.909"),
        (Protocol.TensorFlowServing, null, """{"outputs":[[0.9,0.1],[0.2,0.8]]}""", "0:0.9 1:0.8"),
        (Protocol.TensorFlowServing, null, """{"result":[[["legit",0.25],["fraud",0.75]],[["legit",0.5],["fraud",0.1]]]}""", "1:0.75 0:0.5"),
        (Protocol.TensorFlowServing, null, """{"results":[[["fraud",0.75]]]}""", "1:0.75"),
        (Protocol.TensorFlowServing, "/predictions/*/label", """{"predictions":[{"label":"legit"},{"label":"fraud"},{}]}""", "0 1 ?"),
        (Protocol.TensorFlowServing, "/outputs/label/*", """{"outputs":{"label":["legit","fraud"]}}""", "0 1"),
        (Protocol.TensorFlowServing, "/predictions/*/p", """{"predictions":[{"p":[0.9,0.1]},{"p":[0.2,0.8]}]}""", "0:0.9 1:0.8"),
        (Protocol.TensorFlowServing, null, """{"predictions":[]}""", Nothing),
        (Protocol.TensorFlowServing, null, """{"predictions":[0.5,NaN]}""", Unread),
        (Protocol.TensorFlowServing, null, """{"predictions":[[1,Infinity]]}""", Unread),
        (Protocol.TensorFlowServing, null, """{"error":"no such model"}""", Unread),
        (Protocol.TensorFlowServing, null, """{"predictions":[[[0.9,0.1],[0.2,0.8]],1]}""", "? 1"),
        (Protocol.TensorFlowServing, null, """{"predictions":[{"b64":"AAAA"},null,[]]}""", "? ? ?"),

        // TorchServe: whatever the handler returns.
        (Protocol.TorchServe, null, "\"fraud\"", "1"),
        (Protocol.TorchServe, null, "1", "1"),
        (Protocol.TorchServe, null, """{"legit":0.25,"fraud":0.5,"theft":0.1}""", "1:0.5"),
        (Protocol.TorchServe, null, """{"legit":0.25,"theft":0.5}""", "2:0.5"),
        (Protocol.TorchServe, null, "[0.25,0.75]", "1:0.75"),
        (Protocol.TorchServe, null, """["fraud"]""", "1"),
        (Protocol.TorchServe, "/class", """{"class":"fraud","probability":0.9}""", "1"),
        (Protocol.TorchServe, "/*/label", """[{"label":"fraud"},{"label":"legit"}]""", "1 0"),
        (Protocol.TorchServe, null, """{"class":"fraud","probability":0.9}""", Unread),

        (Protocol.MLflow, null, """{"predictions":["fraud",0,true]}""", "1 0 1"),
        (Protocol.MLflow, null, """{"predictions":[[0.1,0.9]]}""", "1:0.9"),
        (Protocol.MLflow, "/predictions/*/0", """{"predictions":[{"0":"fraud"},{"0":"legit"}]}""", "1 0"),
        (Protocol.MLflow, null, """{"choices":[{"message":{}}]}""", Unread),

        (Protocol.Seldon, null, """{"data":{"names":["t:0","t:1"],"ndarray":[[0.1,0.9],[0.8,0.2]]}}""", "1:0.9 0:0.8"),
        (Protocol.Seldon, null, """{"data":{"names":["fraud","legit"],"ndarray":[[0.1,0.9],[0.8,0.2]]},"meta":{}}""", "0:0.9 1:0.8"),
        (Protocol.Seldon, null, """{"data":{"names":["fraud","legit"],"tensor":{"shape":[2,2],"values":[0.1,0.9,0.8,0.2]}}}""", "0:0.9 1:0.8"),
        (Protocol.Seldon, null, """{"data":{"tensor":{"values":[0.1,0.9,0.8],"shape":[2,2]}}}""", Unread),
        (Protocol.Seldon, null, """{"data":{"ndarray":["fraud","legit"]}}""", "1 0"),
        (Protocol.Seldon, null, """{"strData":"fraud"}""", Unread),

        // Open Inference: tensors, nested or flat.
        (Protocol.OpenInference, null, Oip("BYTES", "[2]", "[\"legit\",\"fraud\"]"), "0 1"),
        (Protocol.OpenInference, null, Oip("BYTES", "[2,1]", "[[\"legit\"],[\"fr\\u0061ud\"]]"), "0 1"),
        (Protocol.OpenInference, null, Oip("INT64", "[3]", "[0,1,9]"), "0 1 2"),
        (Protocol.OpenInference, null, Oip("BOOL", "[2]", "[true,false]"), "1 0"),
        (Protocol.OpenInference, null, Oip("FP32", "[2,2]", "[0.9,0.1,0.2,0.8]"), "0:0.9 1:0.8"),
        (Protocol.OpenInference, null, Oip("FP32", "[2,2]", "[[0.9,0.1],[0.2,0.8]]"), "0:0.9 1:0.8"),
        (Protocol.OpenInference, null, Oip("FP32", "[2,1]", "[[0.97],[0.1]]"), "1:0.97 0:0.9"),
        (Protocol.OpenInference, null, Oip("FP32", "[2,2]", "[0.9,0.1,0.2]"), Unread),
        (Protocol.OpenInference, null, Oip("FP32", "[1,2]", "[0.9,0.1,0.2,0.8]"), Unread),
        (Protocol.OpenInference, null, Oip("FP32", "[2,2]", "[0.9,null,0.2,0.8]"), "? 1:0.8"),
        (Protocol.OpenInference, null, Oip("FP32", "[-1,2]", "[0.9,0.1]"), Unread),
        (Protocol.OpenInference, null, Oip("FP32", "[2,99999999999]", "[0.9,0.1]"), Unread),
        (Protocol.OpenInference, null, Oip("BYTES", "[1,2]", "[\"0.9:1:fraud\",\"0.1:0:legit\"]"), "1:0.9"),
        (Protocol.OpenInference, null, Oip("STRING", "[2,1]", "[\"0.75:1\",\"0.5:0\"]"), "1:0.75 0:0.5"),
        (Protocol.OpenInference, null, Oip("BYTES", "[1,2]", "[\"legit\",\"fraud\"]"), Unread),
        (Protocol.OpenInference, null, """{"outputs":[]}""", Unread),
        (Protocol.OpenInference, null, """{"outputs":[{"name":"a"}]}""", Unread),
        (Protocol.OpenInference, null, """{"error":"bad"}""", Unread),
        (Protocol.OpenInference, null, """{"outputs":[{"data":["fraud"],"shape":[1],"datatype":"BYTES"},{"data":7}],"id":"x"}""", "1"),
        (Protocol.OpenInference, "/outputs/0/data/0", Oip("BYTES", "[2]", "[\"fraud\",\"legit\"]"), "1"),
        (Protocol.OpenInference, "/outputs/0/data/*", Oip("BYTES", "[2]", "[\"fraud\",\"legit\"]"), "1 0"),

        (Protocol.Http, "/label", """{"label":"fraud"}""", "1"),
        (Protocol.Http, "/*/label/0", """[{"label":["fraud"]},{"label":"legit"},{"label":["legit"]}]""", "1 ? 0"),
        (Protocol.Http, "/*", """{"*":"fraud"}""", "1"),
        (Protocol.Http, "/rows/*/*", """{"rows":[["fraud"],[],["legit","fraud"]]}""", "1 0 1"),
    ];

    public static TheoryData<Protocol, string?, string, string> Answers
    {
        get
        {
            var answers = new TheoryData<Protocol, string?, string, string>();
            foreach (var (protocol, response, body, found) in Shown)
            {
                answers.Add(protocol, response, body, found);
            }

            return answers;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Predictions_are_found_where_the_protocol_has_them(Protocol protocol, string? response, string body, string found)
    {
        Assert.Equal(found, Read(protocol, new(response, [Legit, "fraud"]), new((string?)null), Encoding.UTF8.GetBytes(body), AnswerForm.Json));
    }

    [Theory]
    [InlineData("{\"predictions\":[\"fraud\",\"legit\"],\"p\":[0.5,0.25]}", "/p/*", "1:0.5 0:0.25")]
    [InlineData("{\"predictions\":[\"fraud\",\"legit\"],\"p\":[[0.5,0.5],[0.75,0.25]]}", "/p/*", "1:0.5 0:0.75")]
    [InlineData("{\"predictions\":[\"fraud\",\"legit\"],\"p\":[0.5]}", "/p/*", "1:0.5 0")]
    [InlineData("{\"predictions\":[\"fraud\",\"legit\"]}", "/p/*", "1 0")]
    [InlineData("{\"predictions\":[\"fraud\",\"legit\"],\"p\":[7,\"0.5\"]}", "/p/*", "1 0")]
    public void A_confidence_has_a_place_of_its_own(string body, string place, string found)
    {
        Assert.Equal(found, Read(Protocol.MLflow, new(null, [Legit, "fraud"]), new(place), Encoding.UTF8.GetBytes(body), AnswerForm.Json));
    }

    [Theory]
    [InlineData("label", "p", "1:0.5 0:0.75")]
    [InlineData(null, "p", "1:0.5 0:0.75")]
    [InlineData("label", "none", "1 0")]
    [InlineData("none", "p", "?")]
    public void An_output_is_named(string? prediction, string confidence, string found)
    {
        const string Body = """
            {"model_name":"m","outputs":[{"name":"label","datatype":"INT32","shape":[2],"data":[1,0]},{"name":"p","datatype":"FP32","shape":[2,2],"data":[0.5,0.5,0.75,0.25]}]}
            """;

        Assert.Equal(
            found,
            Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = prediction }, new((string?)null) { Output = confidence }, Encoding.UTF8.GetBytes(Body), AnswerForm.Json));
    }

    [Theory]
    [InlineData("BYTES", 1, "0 1")]
    [InlineData("INT8", 1, "0 1")]
    [InlineData("INT16", 1, "0 1")]
    [InlineData("INT32", 1, "0 1")]
    [InlineData("INT64", 1, "0 1")]
    [InlineData("UINT8", 1, "0 1")]
    [InlineData("UINT16", 1, "0 1")]
    [InlineData("UINT32", 1, "0 1")]
    [InlineData("UINT64", 1, "0 1")]
    [InlineData("BOOL", 1, "0 1")]
    [InlineData("FP16", 2, "0:0.75 1:0.75")]
    [InlineData("BF16", 2, "0:0.75 1:0.75")]
    [InlineData("FP32", 2, "0:0.75 1:0.75")]
    [InlineData("FP64", 2, "0:0.75 1:0.75")]
    [InlineData("FP8", 2, "?")]
    public void Binary_tensors_stand_behind_the_json(string datatype, int width, string found)
    {
        var raw = Raw(datatype, width);
        var json = $$$"""
            {"outputs":[{"name":"other","datatype":"INT8","shape":[3],"parameters":{"binary_data_size":3}},
            {"name":"class","datatype":"{{{datatype}}}","shape":[2,{{{width}}}],"parameters":{"x":[1],"binary_data_size":{{{raw.Length}}}}}]}
            """;
        byte[] body = [.. Encoding.UTF8.GetBytes(json), 9, 9, 9, .. raw];
        var form = AnswerForm.Of(Encoding.ASCII.GetBytes($"{json.Length}"));

        Assert.Equal(found, Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = "class" }, new((string?)null), body, form));
        Assert.Equal(Unread, Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = "class" }, new((string?)null), body[..^1], form));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2x")]
    [InlineData("99999999999999999999")]
    [InlineData("500")]
    public void A_wrong_length_of_the_json_is_unread_at_most(string length)
    {
        var read = Read(Protocol.OpenInference, new(null, [Legit, "fraud"]), null, Encoding.UTF8.GetBytes(Oip("BYTES", "[1]", "[\"fraud\"]")), AnswerForm.Of(Encoding.ASCII.GetBytes(length)));

        Assert.Equal(length.Length == 0 ? "1" : Unread, read);
    }

    [Theory]
    [InlineData(false, "label", "1 0")]
    [InlineData(true, "label", "1 0")]
    [InlineData(false, "p", "1:0.75 0:0.75")]
    [InlineData(true, "p", "1:0.75 0:0.75")]
    [InlineData(true, "texts", "1 0")]
    [InlineData(false, "texts", "1 0")]
    [InlineData(true, "none", "?")]
    public void A_message_of_grpc_holds_tensors(bool raw, string output, string found)
    {
        var body = Grpc.Answer(raw);

        Assert.Equal(found, Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = output }, new((string?)null), body, AnswerForm.Grpc));
        Assert.Equal(Unread, Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = output }, null, body[..^1], AnswerForm.Grpc));
        Assert.Equal(Unread, Read(Protocol.OpenInference, new(null, [Legit, "fraud"]) { Output = output }, null, [1, .. body[1..]], AnswerForm.Grpc));
    }

    [Fact]
    public void An_answer_of_more_rows_than_there_is_room_for_is_unread()
    {
        var reader = new AnswerReader(Protocol.MLflow, new() { Prediction = new(null, [Legit, "fraud"]) });

        Assert.Equal(Prediction.Unread, Read(PredictionRows.Most));
        Assert.Equal(PredictionRows.Most, _rows.Count);
        Assert.Equal(Prediction.Unread, Read(PredictionRows.Most + 1));
        Assert.Equal(0, _rows.Count);

        Prediction? Read(int rows) => reader.Read(Encoding.UTF8.GetBytes($$"""{"predictions":[{{string.Join(',', Enumerable.Repeat(1, rows))}}]}"""), AnswerForm.Json, _rows);
    }

    [Fact]
    public void Mutated_answers_never_throw()
    {
        const int Seed = 20_261_121;
        var random = new Random(Seed);
        List<(Protocol Protocol, string? Response, byte[] Body, AnswerForm Form)> good =
            [.. Shown.Select(a => (a.Protocol, a.Response, Encoding.UTF8.GetBytes(a.Body), AnswerForm.Json))];
        good.Add((Protocol.OpenInference, null, Grpc.Answer(true), AnswerForm.Grpc));
        good.Add((Protocol.OpenInference, null, Grpc.Answer(false), AnswerForm.Grpc));
        good.Add((Protocol.OpenInference, null, [.. "{\"outputs\":[{\"name\":\"a\",\"datatype\":\"BYTES\",\"shape\":[2],\"parameters\":{\"binary_data_size\":18}}]}"u8, .. Raw("BYTES", 1)], AnswerForm.Of("94"u8)));
        for (var i = 0; i < 60_000; i++)
        {
            var (protocol, response, body, form) = good[i % good.Count];
            var bytes = (byte[])body.Clone();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
            var failure = Record.Exception(() => Read(protocol, new(response, [Legit, "fraud"]), i % 3 == 0 ? null : new((string?)null), bytes, form));
            Assert.True(failure is null, $"seed {Seed}, {i}: {protocol} {Convert.ToHexString(bytes)}: {failure}");
        }
    }

    [Fact]
    public void Reading_rows_allocates_nothing_once_there_is_room()
    {
        var reader = new AnswerReader(Protocol.OpenInference, new() { Prediction = new(null, [Legit, "fraud"]), Confidence = new((string?)null) });
        var body = Encoding.UTF8.GetBytes(Oip("FP32", "[32,2]", $"[{string.Join(',', Enumerable.Repeat("0.25,0.75", 32))}]"));
        Allocated();

        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                reader.Read(body, AnswerForm.Json, _rows);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static string Oip(string datatype, string shape, string data) =>
        $$"""{"model_name":"fraud","outputs":[{"name":"class","datatype":"{{datatype}}","shape":{{shape}},"data":{{data}}}]}""";

    // Two rows: legit and fraud, or a quarter and three quarters.
    private static byte[] Raw(string datatype, int width)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8];
        for (var i = 0; i < 2 * width; i++)
        {
            var index = i;
            var score = i is 0 or 3 ? 0.75 : 0.25;
            switch (datatype)
            {
                case "BYTES":
                    bytes.AddRange([(byte)5, 0, 0, 0, .. Encoding.UTF8.GetBytes(index == 0 ? Legit : "fraud")]);
                    break;
                case "FP16":
                    BinaryPrimitives.WriteHalfLittleEndian(buffer, (Half)score);
                    bytes.AddRange(buffer[..2]);
                    break;
                case "BF16":
                    BinaryPrimitives.WriteSingleLittleEndian(buffer, (float)score);
                    bytes.AddRange(buffer[2..4]);
                    break;
                case "FP32":
                    BinaryPrimitives.WriteSingleLittleEndian(buffer, (float)score);
                    bytes.AddRange(buffer[..4]);
                    break;
                case "FP64":
                    BinaryPrimitives.WriteDoubleLittleEndian(buffer, score);
                    bytes.AddRange(buffer[..8]);
                    break;
                default:
                    var size = datatype is "BOOL" or "FP8" ? 1 : int.Parse(datatype.TrimStart('U', 'I', 'N', 'T'), System.Globalization.CultureInfo.InvariantCulture) / 8;
                    BinaryPrimitives.WriteInt64LittleEndian(buffer, index);
                    bytes.AddRange(buffer[..size]);
                    break;
            }
        }

        return [.. bytes];
    }

    private string Read(Protocol protocol, PredictionSpec prediction, ConfidenceSpec? confidence, byte[] body, AnswerForm form)
    {
        var read = new AnswerReader(protocol, new() { Prediction = prediction, Confidence = confidence }).Read(body, form, _rows);
        if (_rows.Count == 0)
        {
            return read is { } one ? Said(one.Class, one.Confidence is { } sure ? Math.Round(sure, 3) : null) : Nothing;
        }

        Assert.Equal(Prediction.Unread, read);
        return string.Join(' ', Enumerable.Range(0, _rows.Count).Select(row => Said(_rows.ClassOf(row), Sure(row))));

        // Rows keep the bin only; the tests' confidences are told by it.
        double? Sure(int row) => _rows.BinOf(row) < 0 ? null : new[] { 0.25, 0.5, 0.75, 0.8, 0.9, 0.97, (_rows.BinOf(row) + 0.5) / Core.Evidence.ConfidenceBins.Count }.First(c => Core.Evidence.ConfidenceBins.Of(c) == _rows.BinOf(row));

        static string Said(int @class, double? sure) => (@class == ExchangeToken.NoClass ? Unread : $"{@class}") + (sure is { } value ? FormattableString.Invariant($":{value}") : "");
    }
}
