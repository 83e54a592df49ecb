using System.Net;

namespace Haldane.Gateway.Relay;

/// <summary>A version's body whose head goes to the caller as soon as the body is waited for.</summary>
/// <remarks>The forwarder sends a head with the first byte behind it. A gRPC caller that waits for the version's metadata before it speaks would wait for ever.</remarks>
/// <param name="body">The version's.</param>
/// <param name="sendHead">Sends the head, unless it has been sent or must wait.</param>
internal sealed class HeadFirst(HttpContent body, Func<CancellationToken, Task> sendHead) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync() => new Waited(await body.ReadAsStreamAsync(), sendHead);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new Waited(await body.ReadAsStreamAsync(cancellationToken), sendHead);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => body.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class Waited(Stream version, Func<CancellationToken, Task> sendHead) : BodyStream
    {
        private bool _hasWaited;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = version.ReadAsync(buffer, cancellationToken);
            if (_hasWaited || read.IsCompleted)
            {
                return read;
            }

            _hasWaited = true;
            return WaitAsync(read, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                version.Dispose();
            }

            base.Dispose(disposing);
        }

        private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken cancel)
        {
            try
            {
                await sendHead(cancel);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The caller has left: that is for whoever writes to it to say. What is thrown from here would be charged to the version.
            }

            return await read;
        }
    }
}
