using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Haldane.Samples.ModelServer;

/// <summary>The Open Inference Protocol v2 over HTTP for one model. Any thread.</summary>
internal sealed class ProtocolEndpoints
{
    /// <summary>The largest body taken.</summary>
    public const int MaximumBody = 1024 * 1024;

    private readonly ServedModel _model;
    private readonly TimeProvider _time;
    private readonly Deadlines _deadlines;
    private readonly ObjectPool<Reply> _replies = ObjectPool.Create<Reply>();
    private readonly byte[] _serverMetadata;
    private readonly byte[] _modelMetadata;
    private volatile CallDice _dice;
    private volatile bool _ready;

    public ProtocolEndpoints(ServedModel model, TimeProvider time, Deadlines deadlines, CallDice warmUpDice)
    {
        (_model, _time, _deadlines, _dice) = (model, time, deadlines, warmUpDice);
        _serverMetadata = Metadata.OfServer();
        _modelMetadata = Metadata.Of(model);
    }

    /// <summary>From now on probes hear that the server is ready, and calls roll these dice.</summary>
    public void BecomeReady(CallDice dice) => (_dice, _ready) = (dice, true);

    /// <summary>Answers one request.</summary>
    public Task Handle(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var parts = path.Trim('/').Split('/');
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (parts is not ["v2", ..])
        {
            return SendError(context, StatusCodes.Status404NotFound, $"no such path: {path}");
        }

        if (parts is ["v2", "models", var name, ..] && name != _model.Name)
        {
            return SendError(context, StatusCodes.Status404NotFound, $"no model '{name}' here; there is '{_model.Name}'");
        }

        if (parts is ["v2", "models", _, "versions", var version, ..] && version != _model.Version)
        {
            return SendError(context, StatusCodes.Status404NotFound, $"no version '{version}' of '{_model.Name}' here; there is '{_model.Version}'");
        }

        return parts switch
        {
            ["v2", "models", _, "infer"] or ["v2", "models", _, "versions", _, "infer"] => isPost ? Infer(context) : NotAllowed(context, "POST"),
            _ when isPost => NotAllowed(context, "GET"),
            ["v2"] => Send(context, StatusCodes.Status200OK, _serverMetadata),
            ["v2", "health", "live"] => Send(context, StatusCodes.Status200OK, "{\"live\":true}"u8.ToArray()),
            ["v2", "health", "ready"] or ["v2", "models", _, "ready"] or ["v2", "models", _, "versions", _, "ready"] => SendReady(context),
            ["v2", "models", _] or ["v2", "models", _, "versions", _] => Send(context, StatusCodes.Status200OK, _modelMetadata),
            _ => SendError(context, StatusCodes.Status404NotFound, $"no such path: {path}"),
        };
    }

    private static Task Send(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static Task NotAllowed(HttpContext context, string method)
    {
        context.Response.Headers.Allow = method;
        return Send(context, StatusCodes.Status405MethodNotAllowed, Metadata.Error($"this path takes {method} only"));
    }

    private Task SendReady(HttpContext context) => _ready
        ? Send(context, StatusCodes.Status200OK, "{\"ready\":true}"u8.ToArray())
        : Send(context, StatusCodes.Status503ServiceUnavailable, "{\"ready\":false}"u8.ToArray());

    private static Task SendError(HttpContext context, int status, string text) => Send(context, status, Metadata.Error(text));

    private async Task Infer(HttpContext context)
    {
        ReadOnlySequence<byte> body;
        try
        {
            body = await ReadBody(context);
        }
        catch (BadHttpRequestException error) // too large, or broken off
        {
            await SendError(context, error.StatusCode, error.Message);
            return;
        }

        var arrived = _time.GetTimestamp();
        var fate = _dice.Roll();
        var reply = _replies.Get(); // ours until the finally
        try
        {
            var status = Answer(body, fate, reply);
            context.Request.BodyReader.AdvanceTo(body.End);
            if (status != StatusCodes.Status400BadRequest) // a bad request never reached the model
            {
                await _deadlines.Until(arrived + (long)(fate.Takes.TotalSeconds * _time.TimestampFrequency));
            }

            await Send(context, status, reply.Body);
        }
        finally
        {
            _replies.Return(reply);
        }
    }

    private int Answer(ReadOnlySequence<byte> body, CallFate fate, Reply reply)
    {
        if (!InferRequest.TryRead(body.IsSingleSegment ? body.FirstSpan : body.ToArray(), out var request, out var mistake))
        {
            reply.Error(mistake);
            return StatusCodes.Status400BadRequest;
        }

        if (fate.Fails)
        {
            reply.Error("the model failed (this server was started with --fault errors)");
            return StatusCodes.Status500InternalServerError;
        }

        reply.Predictions(request, _model);
        return StatusCodes.Status200OK;
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadBody(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

/// <summary>The answers that never change.</summary>
internal static class Metadata
{
    public static byte[] OfServer() => Bytes(new JsonObject
    {
        ["name"] = "haldane-sample-model-server",
        ["version"] = "1",
        ["extensions"] = new JsonArray(),
    });

    public static byte[] Of(ServedModel model) => Bytes(new JsonObject
    {
        ["name"] = model.Name,
        ["versions"] = new JsonArray(model.Version),
        ["platform"] = "haldane-samples",
        ["inputs"] = new JsonArray(Tensor("amount", "FP64"), Tensor("country", "BYTES"), Tensor("device", "BYTES")),
        ["outputs"] = new JsonArray(Tensor("class", "BYTES"), Tensor("confidence", "FP64")),
    });

    public static byte[] Error(string text)
    {
        using var reply = new Reply();
        reply.Error(text);
        return reply.Body.ToArray();
    }

    private static JsonObject Tensor(string name, string datatype) =>
        new() { ["name"] = name, ["datatype"] = datatype, ["shape"] = new JsonArray(-1) };

    private static byte[] Bytes(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
}
