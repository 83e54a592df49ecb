using System.Net.Sockets;
using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A caller on a bare socket, so that nothing between test and gateway mends a message.</summary>
internal sealed class Caller : IAsyncDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };

    private Caller()
    {
    }

    public Stream Stream { get; private set; } = Stream.Null;

    public MessageReader Reader { get; private set; } = new(Stream.Null);

    public static async Task<Caller> ConnectAsync(Uri gateway)
    {
        var caller = new Caller();
        await caller._client.ConnectAsync(gateway.Host, gateway.Port);
        caller.Stream = caller._client.GetStream();
        caller.Reader = new(caller.Stream);
        return caller;
    }

    public async Task WriteAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task<Answer> SendAsync(string head, byte[]? body = null)
    {
        // One write: the gateway may have answered with a reset before a second one.
        await Stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. body ?? []]);
        return await Reader.AnswerAsync(head.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    /// <summary>Leaves without a word.</summary>
    public void Reset()
    {
        _client.LingerState = new(true, 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
