using System.Buffers;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Gateway.Observation.Text;

namespace Haldane.Gateway.Relay;

/// <summary>Which arm holds the state that a response left behind, so that what goes on from it is asked there (<c>previous_response_id</c>).</summary>
/// <remarks>What is lost, by a restart or because there is more than it takes, goes where its caller is assigned. Any thread.</remarks>
internal sealed class HeldStates(TimeProvider time)
{
    private const int Places = 1 << 16;

    // As long as OpenAI itself keeps responses.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    private readonly ArmMemory _arms = new(Places, Memory, time);

    /// <summary>An arm has answered with a response.</summary>
    public void Remember(Assigner assigner, ReadOnlySpan<byte> id, Arm arm)
    {
        if (!id.IsEmpty)
        {
            _arms.Remember(assigner.HashOf(id), arm);
        }
    }

    /// <summary>The arm that holds what a request goes on from; null where it goes on from nothing that is known.</summary>
    /// <param name="assigner">The rollout's.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="body">What of the request's body is here.</param>
    public Arm? Find(Assigner assigner, ReadOnlySpan<byte> path, in ReadOnlySequence<byte> body)
    {
        var inPath = IdIn(path);
        if (!inPath.IsEmpty)
        {
            return _arms.Find(assigner.HashOf(inPath));
        }

        return body.IsEmpty ? null : body.IsSingleSegment ? Find(assigner, body.FirstSpan) : Find(assigner, body.ToArray());
    }

    private Arm? Find(Assigner assigner, ReadOnlySpan<byte> body)
    {
        try
        {
            var before = JsonSlice.Member(body, "previous_response_id"u8);

            // An id has no escapes.
            return before is [(byte)'"', .. var id, (byte)'"'] ? _arms.Find(assigner.HashOf(id)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Of /v1/responses/{id} and what is below it.
    private static ReadOnlySpan<byte> IdIn(ReadOnlySpan<byte> path)
    {
        var at = path.IndexOf("/responses/"u8);
        if (at < 0)
        {
            return default;
        }

        var id = path[(at + "/responses/".Length)..];
        var end = id.IndexOf((byte)'/');
        return end < 0 ? id : id[..end];
    }
}
