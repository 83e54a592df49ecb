using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A response as it came over the wire.</summary>
/// <param name="Status">0 when the connection ended before a whole head.</param>
/// <param name="Headers">In order, as sent.</param>
/// <param name="Body">Without chunk framing.</param>
/// <param name="Whole">Whether the body came to the end that its framing promised.</param>
internal sealed record Answer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, bool Whole)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The only value of a header; null when it is absent.</summary>
    public string? this[string name] => All(name).SingleOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);
}

/// <summary>Reads HTTP/1.1 messages, byte for byte. Latin-1, so that any byte of a header survives.</summary>
internal sealed class MessageReader(Stream stream)
{
    // A test that waits for what never comes fails instead of hanging.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly byte[] _one = new byte[1];
    private readonly byte[] _ahead = new byte[16_384];
    private Memory<byte> _unread;

    /// <summary>Called with each stretch of body bytes as it arrives.</summary>
    public Action<int>? OnBody { get; set; }

    /// <summary>The lines up to the empty one; null when the connection ended first.</summary>
    public async Task<string[]?> HeadAsync()
    {
        var lines = new List<string>();
        while (await LineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return [.. lines];
            }

            lines.Add(line);
        }

        return null;
    }

    public async Task<Answer> AnswerAsync(bool head = false)
    {
        if (await HeadAsync() is not { } lines)
        {
            return new(0, [], [], false);
        }

        var headers = Headers(lines);
        var answer = new Answer(int.Parse(lines[0].Split(' ')[1]), headers, [], true);
        if (answer.Status is >= 100 and < 200)
        {
            return await AnswerAsync(head);
        }

        if (head || answer.Status is 204 or 304)
        {
            return answer;
        }

        var (body, whole) = await BodyAsync(answer["content-length"], answer["transfer-encoding"], untilEnd: true);
        return answer with { Body = body, Whole = whole };
    }

    public static IReadOnlyList<(string Name, string Value)> Headers(string[] lines) =>
        [.. lines.Skip(1).Select(line => line.Split(':', 2)).Select(x => (x[0], x[1].Trim()))];

    public async Task<(byte[] Body, bool Whole)> BodyAsync(string? contentLength, string? transferEncoding, bool untilEnd)
    {
        var body = new MemoryStream();
        if (transferEncoding is "chunked")
        {
            while (await LineAsync() is { } size)
            {
                var length = int.Parse(size.Split(';')[0], NumberStyles.HexNumber);
                if (length == 0)
                {
                    return (body.ToArray(), await HeadAsync() is not null);
                }

                if (!await CopyAsync(body, length) || await LineAsync() is not "")
                {
                    return (body.ToArray(), false);
                }
            }

            return (body.ToArray(), false);
        }

        if (contentLength is not null)
        {
            return (body.ToArray(), await CopyAsync(body, long.Parse(contentLength))) is var (_, whole) ? (body.ToArray(), whole) : default;
        }

        if (untilEnd)
        {
            await CopyAsync(body, long.MaxValue);
        }

        return (body.ToArray(), true);
    }

    /// <summary>That many bytes; null when the connection ended first.</summary>
    public async Task<byte[]?> ExactlyAsync(int length)
    {
        var bytes = new MemoryStream();
        return await CopyAsync(bytes, length) ? bytes.ToArray() : null;
    }

    private async Task<bool> CopyAsync(MemoryStream to, long length)
    {
        var buffer = new byte[65_536];
        while (length > 0)
        {
            var read = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)));
            if (read == 0)
            {
                return false;
            }

            to.Write(buffer, 0, read);
            OnBody?.Invoke(read);
            length -= read;
        }

        return true;
    }

    private async Task<string?> LineAsync()
    {
        var line = new StringBuilder();
        while (await ReadAsync(_one) == 1)
        {
            if (_one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)_one[0]);
        }

        return null;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        // Not a BufferedStream: that waits for more although it could give some.
        try
        {
            if (_unread.IsEmpty)
            {
                _unread = _ahead.AsMemory(0, await stream.ReadAsync(_ahead).AsTask().WaitAsync(Patience));
            }
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            return 0; // a reset ends a connection as a close does; what came before tells which it was
        }

        var read = Math.Min(buffer.Length, _unread.Length);
        _unread[..read].CopyTo(buffer);
        _unread = _unread[read..];
        return read;
    }
}
