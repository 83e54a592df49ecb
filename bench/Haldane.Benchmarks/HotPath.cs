using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Samples;

namespace Haldane.Benchmarks;

/// <summary>What one request pays for being routed and observed.</summary>
[MemoryDiagnoser]
public class HotPath
{
    private static readonly byte[] Answer =
        """{"model_name":"fraud","model_version":"1","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["legit"]},{"name":"confidence","shape":[1],"datatype":"FP64","data":[0.97531]}]}"""u8.ToArray();

    private static readonly BodyEdit Editing = new();

    private readonly Assigner _assigner = new("fraud", "fraud-v2");
    private readonly TokenCodec _tokens = new(new byte[32]);
    private readonly char[] _sealed = new char[TokenCodec.Length];

    private readonly PredictionRows _rows = new();

    private readonly AnswerReader _reader = new(Protocol.OpenInference, new()
    {
        Prediction = new("/outputs/0/data/0", ["legit", "fraud"]),
        Confidence = new("/outputs/1/data/0"),
    });

    private static readonly byte[] Explained = Encoding.ASCII.GetBytes(
        $$"""{"label":"legit","explanations":[{{{string.Join(',', Enumerable.Range(0, 12).Select(i => $"\"feature-{i}\":{(i % 2 == 0 ? "" : "-")}0.0{i}731"))}}}]}""");

    private readonly AnswerReader _explanations = new(Protocol.Http, new() { Attribution = new("/explanations/0", Enumerable.Range(0, 10).Select(i => $"feature-{i}").ToValueList()) });

    // A chat of 8 KiB, for a version with a model, a prompt and parameters of its own.
    private readonly ReadOnlySequence<byte> _body = new(Encoding.ASCII.GetBytes(
        $$"""{"model":"gpt","temperature":1,"messages":[{"role":"system","content":"You are helpful."}{{string.Concat(Enumerable.Repeat($$""",{"role":"user","content":"{{new string('x', 960)}}\n"}""", 8))}}]}"""));

    private readonly ObjectEdits _edits = new([MemberEdit.Set("model", "\"b\""), MemberEdit.Set("temperature", "0.2"), MemberEdit.Remove("stop"), MemberEdit.Prompt("messages", "\"You are brief.\"")]);

    private readonly StageCounters _counters = Counters(firstToken: false);
    private readonly StageCounters _timed = Counters(firstToken: true);

    // Two evaluators; most calls are for neither.
    private readonly SampleLane _samples = new(
        new() { Name = "chat", Route = new("/chat"), Versions = [], Signals = new() { Evaluators = [new("grader", "http://127.0.0.1/", ["score"]), new("second", "http://127.0.0.1/", ["other"])] } },
        new Share(1_000), new(), TimeProvider.System);

    private readonly ExchangeToken _token = new() { Run = 7, Stage = 1, Arm = Arm.Canary, Counts = true, Class = 1, Confidence = 0.9, At = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero) };

    [Benchmark]
    public Arm Assign() => _assigner.ArmOf("user-0123456789", new Share(1_000));

    [Benchmark]
    public int EditBody()
    {
        Editing.Begin(_edits, default);
        Editing.WriteAll(_body);
        return Editing.Ready.Length;
    }

    [Benchmark]
    public void SealToken() => _tokens.Seal(_token, _sealed);

    [Benchmark]
    public bool OpenToken() => _tokens.TryOpen(_sealed, out _);

    [Benchmark]
    public double? ReadAnswer() => _reader.Read(Answer, AnswerForm.Json, _rows)?.Confidence;

    [Benchmark]
    public int DrawFeature() => _explanations.DrawFeature(Explained, AnswerForm.Json, 1_234_567, Arm.Canary);

    [Benchmark]
    public void Count()
    {
        _counters.Subject(Arm.Canary, 12345);
        _counters.Answered(new(Arm.Canary, 12345, 2) { Latency = 0.0213, FirstToken = 0.0205, Prediction = new Prediction(1, 0.9) });
    }

    [Benchmark]
    public void CountWithFirstToken()
    {
        _timed.Subject(Arm.Canary, 12345);
        _timed.Answered(new(Arm.Canary, 12345, 2) { Latency = 0.0213, FirstToken = 0.0205, Prediction = new Prediction(1, 0.9) });
    }

    [Benchmark]
    public void ChooseForEvaluators() => _samples.Begin(Arm.Canary)?.Drop();

    [GlobalSetup]
    public void Setup() => SealToken();

    private static StageCounters Counters(bool firstToken)
    {
        var cells = new SegmentCells([new SegmentSpec("country", "X-Country", ["MY", "SG", "ID"])]);
        MixSizes mixes = new(3, ConfidenceBins.Count, 0);
        return new(cells, new(cells.Count, mixes, firstToken), Environment.ProcessorCount, new(cells.Count, mixes, firstToken, Environment.ProcessorCount));
    }
}
