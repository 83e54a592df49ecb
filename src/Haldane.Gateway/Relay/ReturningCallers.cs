using System.Numerics;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Relay;

/// <summary>Knows calls that follow earlier ones, and must go to the arm that had those: a client's own retries, and what goes on from the state of a response.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class ReturningCallers(TimeProvider time)
{
    private static readonly FieldName RetryCount = new("x-stainless-retry-count");
    private static readonly FieldName[] Whose = [new("authorization"), new("x-api-key"), new("content-length"), new("user-agent")];

    // Client libraries wait some seconds between tries; who comes later is not taken for a retry of that call.
    private readonly ArmMemory _failures = new(4_096, TimeSpan.FromMinutes(1), time);
    private readonly HeldStates _states = new(time);

    /// <summary>Looks whether a call that has been assigned follows another, and moves it to the arm of that one.</summary>
    /// <param name="exchange">The call.</param>
    /// <param name="fields">Its request.</param>
    /// <param name="isOwn">Whether nothing holds its caller to an arm.</param>
    public void Recognise<TFields>(Exchange exchange, scoped in TFields fields, bool isOwn)
        where TFields : IRequestFields, allows ref struct
    {
        (exchange.IsRetry, exchange.IsForced, exchange.IsHeld, exchange.RetryKey) = (false, false, false, 0);
        if (exchange.Call.IsText())
        {
            KnowRetry(exchange, fields, isOwn);
        }

        // Only a response names another in its body, and other bodies are as long as a prompt can be.
        if (exchange.Route is { Spec.Protocol: Protocol.OpenAi or Protocol.Ollama, Split: { } split } && _states.Find(split.Assigner, fields.Path, exchange.Call == Call.Response ? fields.Body : default) is { } holder)
        {
            // Not where it was assigned, so it says nothing about the arms.
            exchange.IsHeld = true;
            exchange.IsForced = holder != exchange.Arm;
            exchange.Arm = holder;
        }
    }

    /// <summary>Remembers how a call ended at its arm, if another may follow it.</summary>
    public void Remember(Exchange exchange, Outcome outcome, int status)
    {
        if (exchange.RetryKey != 0 && (outcome is Outcome.Erred or Outcome.Broken or Outcome.Unreached || IsRetried(status)))
        {
            _failures.Remember(exchange.RetryKey, exchange.Arm);
        }

        RememberState(exchange, outcome, exchange.Arm);
    }

    /// <summary>Remembers which arm holds the state that an answer left.</summary>
    public void RememberState(Exchange exchange, Outcome outcome, Arm arm)
    {
        if (exchange.Call == Call.Response && outcome == Outcome.Answered && exchange.Route.Split is { } split)
        {
            _states.Remember(split.Assigner, exchange.StateId.Span, arm);
        }
    }

    // A client library counts its tries. Whoever sent a call of the same length with the same credential has sent this one, as far as anybody can tell.
    private void KnowRetry<TFields>(Exchange exchange, scoped in TFields fields, bool isOwn)
        where TFields : IRequestFields, allows ref struct
    {
        var tries = fields.ValueOf(RetryCount);
        exchange.IsRetry = tries.ContainsAnyExcept((byte)'0');
        if (tries.IsEmpty || !isOwn || exchange.Route.Split is not { } split)
        {
            return;
        }

        exchange.RetryKey = 1;
        foreach (var name in Whose)
        {
            exchange.RetryKey = BitOperations.RotateLeft(exchange.RetryKey, 7) ^ split.Assigner.HashOf(fields.ValueOf(name));
        }

        if (exchange.IsRetry && _failures.Find(exchange.RetryKey) is { } arm)
        {
            exchange.Arm = arm;
        }
    }

    // What client libraries try again, beside failures.
    private static bool IsRetried(int status) =>
        status is StatusCodes.Status408RequestTimeout or StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests;
}
