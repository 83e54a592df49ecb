using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A way in which a version can be broken.</summary>
/// <param name="Name">What it does, as the table says it.</param>
/// <param name="Conduct">What it does on a connection, with an answer that streams or one of known length; null where nobody listens.</param>
internal sealed record Evil(string Name, Func<bool, Conduct>? Conduct)
{
    // What is sent on when the caller has seen the beginning.
    private const string First = "data: 1\n\n", Last = "data: 2\n\n", Stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Evil> All { get; } =
    [
        new("refuses connections", null),
        new("accepts and closes", _ => _ => Task.CompletedTask),
        new("closes an idle connection when it is asked again", streams => async c =>
        {
            await c.RequestAsync();
            await AnswerAsync(c, streams);
            await c.RequestAsync();
        }),
        new("resets before its head", _ => Once((c, _) =>
        {
            c.Reset();
            return Task.CompletedTask;
        }, false)),
        new("resets in its head", _ => Once(async (c, _) =>
        {
            await c.WriteAsync("HTTP/1.1 200 OK\r\nContent-Ty");
            c.Reset();
        }, false)),
        new("resets in its body", streams => Once(async (c, streams) =>
        {
            await BeginAsync(c, streams);
            c.Reset();
        }, streams)),
        new("closes in its body", streams => Once(BeginAsync, streams)),
        new("sends more than it said", streams => Once(async (c, streams) =>
        {
            await AnswerAsync(c, streams);
            await c.WriteAsync(Conducts.Ok(Conducts.Fraud));
        }, streams)),
        new("trickles its head", streams => Once(async (c, streams) =>
        {
            foreach (var letter in streams ? $"{Stream}Transfer-Encoding: chunked\r\n\r\n" : Conducts.Ok(Conducts.Fraud))
            {
                await c.WriteAsync($"{letter}");
            }

            await (streams ? c.WriteAsync(Rest) : Task.CompletedTask);
        }, streams)),
        new("trickles its body", streams => Once(async (c, streams) =>
        {
            await c.WriteAsync(streams ? $"{Stream}Transfer-Encoding: chunked\r\n\r\n" : $"{Conducts.JsonHead}Content-Length: {Conducts.Fraud.Length}\r\n\r\n");
            foreach (var letter in streams ? Rest : Conducts.Fraud)
            {
                await c.WriteAsync($"{letter}");
            }
        }, streams)),
        new("sends a malformed status line", _ => Says($"HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\n{{}}")),
        new("sends a malformed field", _ => Says("HTTP/1.1 200 OK\r\nContent Length: 2\r\n\r\n{}")),
        new("sends two lengths", _ => Says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")),
        new("sends a length beside chunks", _ => Says($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")),
        new("sends a head of 64 KiB", _ => Says($"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 65_536)}\r\nContent-Length: 2\r\n\r\n{{}}")),
        new("sends a body without a head", _ => Once((c, _) => c.WriteAsync("<html>hello</html>"), false)),
        new("stalls before its head", _ => Once((c, _) => c.StallAsync(), false)),
        new("stalls in its body", streams => Once(async (c, streams) =>
        {
            await c.WriteAsync(Beginning(streams));
            await c.StallAsync();
        }, streams)),
        new("sends interim answers for ever", _ => Once((c, _) => RepeatAsync(c, "HTTP/1.1 102 Processing\r\n\r\n"), false)),
        new("sends chunks for ever", _ => Once(async (c, _) =>
        {
            await c.WriteAsync($"{Stream}Transfer-Encoding: chunked\r\n\r\n");
            await RepeatAsync(c, $"4000\r\n{new string('x', 0x4000)}\r\n");
        }, false)),
        new("answers before it has read the body, and closes", streams => async c =>
        {
            await c.Reader.HeadAsync();
            await AnswerAsync(c, streams);
        }),
        new("says no more after its answer, but stays", streams => Once(async (c, streams) =>
        {
            await c.WriteAsync(streams ? $"{Stream}\r\n{First}{Last}" : Conducts.Ok(Conducts.Fraud));
            c.EndSending();
            await c.StallAsync();
        }, streams)),
        new("answers 503", _ => Says(Conducts.Error(503, "no model"))),
    ];

    private static string Rest => $"{First.Length:x}\r\n{First}\r\n{Last.Length:x}\r\n{Last}\r\n0\r\n\r\n";

    // What is held of a small answer never shows; of a stream the beginning does.
    private static string Beginning(bool streams) => streams
        ? $"{Stream}Transfer-Encoding: chunked\r\n\r\n{First.Length:x}\r\n{First}\r\n"
        : $"{Conducts.JsonHead}Content-Length: {Conducts.Fraud.Length}\r\n\r\n{Conducts.Fraud[..9]}";

    private static async Task BeginAsync(Connection connection, bool streams)
    {
        await connection.WriteAsync(Beginning(streams));
        if (streams)
        {
            await connection.Upstream.Proceed.Task.WaitAsync(connection.Upstream.Stopping);
        }
    }

    private static Task AnswerAsync(Connection connection, bool streams) =>
        connection.WriteAsync(streams ? $"{Stream}Transfer-Encoding: chunked\r\n\r\n{Rest}" : Conducts.Ok(Conducts.Fraud));

    private static async Task RepeatAsync(Connection connection, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        while (true)
        {
            await connection.WriteAsync(bytes);
        }
    }

    private static Conduct Says(string answer) => Once((c, _) => c.WriteAsync(answer), false);

    private static Conduct Once(Func<Connection, bool, Task> act, bool streams) => async c =>
    {
        await c.RequestAsync();
        await act(c, streams);
    };
}
