using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Haldane.Gateway.Relay;

/// <summary>The answer's body as the forwarder sees it: what is written passes the tap, and its end is the end for the caller too.</summary>
/// <remarks>
/// The framework's own feature for a body of one's own begins an answer in order to end it. An answer without a body must begin and end in one: that is how gRPC says a status alone, and its
/// clients read a head that is not the end as a call that has yet to say how it went.
/// </remarks>
/// <param name="caller">The data port's own.</param>
/// <param name="tap">Where the body passes.</param>
internal sealed class AnswerBody(IHttpResponseBodyFeature caller, AnswerTap tap) : IHttpResponseBodyFeature
{
    private PipeWriter? _writer;

    public Stream Stream => tap;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(tap, new(leaveOpen: true));

    public void DisableBuffering() => caller.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => tap.FlushAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("an answer is not a file");

    // One that is held may still have to be sent, and one that is shorter than it said is broken off instead.
    public Task CompleteAsync() => tap.IsHeld || tap.IsShort ? Task.CompletedTask : caller.CompleteAsync();
}
