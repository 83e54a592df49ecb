using System.Net;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Observation;
using Haldane.Gateway.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Answers to batches over real sockets, by both ways of relaying, to the evidence they become.</summary>
public sealed class PredictionRowsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<Protocol, string, string, string, int[]> Batches
    {
        get
        {
            var batches = new TheoryData<Protocol, string, string, string, int[]>();
            foreach (var (protocol, path, head, body, classes) in new (Protocol, string, string, string, int[])[]
            {
                (Protocol.OpenInference, "/v2/models/fraud/infer", "", """{"outputs":[{"name":"p","datatype":"FP32","shape":[3,2],"data":[0.25,0.75,0.25,0.75,0.75,0.25]}]}""", [1, 2, 0]),
                (Protocol.OpenInference, "/v2/models/fraud/infer", "Inference-Header-Content-Length: 92\r\n",
                    "{\"outputs\":[{\"name\":\"c\",\"datatype\":\"INT8\",\"shape\":[3],\"parameters\":{\"binary_data_size\":3}}]}\u0001\u0001\u0000", [1, 2, 0]),
                (Protocol.TensorFlowServing, "/v1/models/fraud:predict", "", """{"predictions":[[0.25,0.75],[0.75,0.25],[0.75,0.25],["odd",1,1]]}""", [2, 1, 0]),
                (Protocol.TorchServe, "/predictions/fraud", "", """{"legit":0.25,"fraud":0.75}""", [0, 1, 0]),
                (Protocol.MLflow, "/invocations", "", """{"predictions":["fraud","legit","theft"]}""", [1, 1, 1]),
                (Protocol.Seldon, "/api/v1.0/predictions", "", """{"data":{"names":["fraud","legit"],"ndarray":[[0.25,0.75],[0.25,0.75]]}}""", [2, 0, 0]),
            })
            {
                batches.Add(protocol, path, head, body, classes);
            }

            return batches;
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task Each_row_of_a_batch_counts_as_a_prediction(Protocol protocol, string path, string head, string body, int[] classes)
    {
        await using var direct = Upstream.Always($"{Conducts.JsonHead}{head}Content-Length: {body.Length}\r\n\r\n{body}");
        await using var forwarded = await Http2Version.StartAsync(context =>
        {
            if (head.Split(": ") is [var name, var value])
            {
                context.Response.Headers[name] = value.Trim();
            }

            context.Response.ContentLength = body.Length;
            return context.Response.WriteAsync(body);
        });
        foreach (var address in new[] { direct.Address, forwarded.Address })
        {
            await using var rig = await StartAsync(protocol, address, "/**");

            var answer = await rig.SendAsync($"POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());
            var observed = await rig.EndAsync();

            Assert.Equal((200, body), (answer.Status, answer.Text));
            var everyone = observed.Canary.Cells[SegmentCells.Everyone];
            Assert.Equal(classes, everyone.Classes.Select(n => (int)n));
            Assert.Equal((1, 0, body.Contains("odd", StringComparison.Ordinal) ? 1 : 0), (everyone.Exchanges, everyone.Errors, everyone.Unread));
            Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"]!, out var token));
            Assert.Equal(classes.Sum() == 1 ? 1 : ExchangeToken.NoClass, token.Class);
            Assert.Equal((1, classes.Sum() + everyone.Unread), (observed.Values.Single(v => v.Cell == SegmentCells.Everyone).Count, observed.Values[0].Sum));
            if (protocol != Protocol.TorchServe)
            {
                // One request is one group, also where each request is its own subject.
                var groups = observed.Canary.ByGroup!;
                Assert.Equal(everyone.Predictions, groups.Predictions.Total());
                Assert.Single(groups.Predictions.Buckets);
                Assert.Equal(classes.Sum(), groups.Classes.Total());
            }
        }
    }

    [Theory]
    [InlineData("0", false, 1, 0, 0)]
    [InlineData("1", false, 0, 0, 0)]
    [InlineData("2", false, 1, 1, 0)]
    [InlineData("3", false, 1, 0, 1)]
    [InlineData("4", true, 1, 1, 0)]
    [InlineData("8", true, 1, 0, 1)]
    [InlineData("13", true, 1, 1, 0)]
    [InlineData("14", false, 1, 1, 0)]
    [InlineData("77", false, 1, 1, 0)]
    [InlineData("", false, 1, 1, 0)]
    public async Task The_status_of_grpc_says_how_an_answer_ended(string status, bool trailersOnly, int exchanges, int errors, int refused)
    {
        await using var version = await GrpcAsync(status, trailersOnly);
        await using var rig = await StartAsync(Protocol.OpenInference, version.Address, "/inference.GRPCInferenceService/**", Failover.Never);

        using var answer = await CallAsync(rig);
        var seen = await StatusOfAsync(answer);
        var observed = await rig.EndAsync();

        Assert.Equal(status, seen);
        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((exchanges, errors, 0), (everyone.Exchanges, everyone.Errors, everyone.Unread));
        Assert.Equal(refused, observed.Events.Where(e => e.Name == GatewayEvents.Refused).Sum(e => e.Count));
        Assert.Equal(status == "0" ? [1, 1, 0] : [0, 0, 0], everyone.Classes.Count == 0 ? [0, 0, 0] : everyone.Classes.Select(n => (int)n));
    }

    [Fact]
    public async Task The_baseline_answers_for_a_canary_whose_status_of_grpc_is_that_it_cannot()
    {
        await using var canary = await GrpcAsync("14", trailersOnly: true);
        await using var baseline = await GrpcAsync("0", trailersOnly: false);
        var spec = Spec(Protocol.OpenInference, baseline.Address, canary.Address, "/inference.GRPCInferenceService/**");
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.Full), priorKnowledge: true);

        using var answer = await CallAsync(rig);
        var body = await answer.Content.ReadAsByteArrayAsync().WaitAsync(Patience);
        var observed = await rig.EndAsync();

        Assert.Equal(Grpc.Answer(true), body);
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal((1, 1), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.Cells[SegmentCells.Everyone].Errors));
        Assert.Equal(0, observed.Baseline.Cells[SegmentCells.Everyone].Exchanges);
    }

    private static Task<Http2Version> GrpcAsync(string status, bool trailersOnly) => Http2Version.StartAsync(async context =>
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.ContentType = "application/grpc";
        if (trailersOnly)
        {
            context.Response.Headers["grpc-status"] = status;
            return;
        }

        await context.Response.Body.WriteAsync(Grpc.Answer(true));
        if (status.Length > 0)
        {
            context.Response.AppendTrailer("grpc-status", status);
        }
    });

    private static async Task<HttpResponseMessage> CallAsync(Rig rig)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc") } },
        };
        var answer = await client.SendAsync(request, CancellationToken.None).WaitAsync(Patience);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private static async Task<string> StatusOfAsync(HttpResponseMessage answer)
    {
        await answer.Content.ReadAsByteArrayAsync().WaitAsync(Patience);
        return answer.TrailingHeaders.TryGetValues("grpc-status", out var late) ? late.Single() : answer.Headers.TryGetValues("grpc-status", out var early) ? early.Single() : "";
    }

    internal static ModelSpec Spec(Protocol protocol, string baseline, string canary, string path) => Rig.Spec([baseline], [canary]) with
    {
        Protocol = protocol,
        Route = new(path),
        Subject = null,
        Segments = [],
        Signals = new() { Prediction = new(null, ["legit", "fraud"]), Confidence = new((string?)null), Values = [new(GatewayValues.BatchSize, 0, 100)] },
    };

    private static Task<Rig> StartAsync(Protocol protocol, string canary, string path, Failover failover = Failover.Auto)
    {
        var spec = Spec(protocol, canary, canary, path) with { Failover = failover };
        return Rig.StartAsync(Rig.Routed(spec, Share.Full), priorKnowledge: path.StartsWith("/inference", StringComparison.Ordinal));
    }
}
