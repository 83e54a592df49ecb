using System.Security.Cryptography;

namespace Haldane.Console.Api;

/// <summary>Remembers what came of a change by the key that its caller made up for it (draft-ietf-httpapi-idempotency-key-header-07): who asks again because an answer was lost gets that answer, and nothing is done twice. Any thread.</summary>
/// <remarks>In memory: a restart forgets it. Then the state itself answers: what has started does not start again, and a change of the specification finds all of it in force.</remarks>
internal sealed class Repeats(TimeProvider time)
{
    /// <summary>The field of the header.</summary>
    public const string Field = "Idempotency-Key";

    private const int Most = 10_000;
    private const int LongestKey = 255;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Person, string Path, string Key), Answer> _answers = [];
    private readonly Queue<(string Person, string Path, string Key)> _order = new();

    private sealed record Answer(string Body, DateTimeOffset At, TaskCompletionSource<IResult?> Result);

    /// <summary>What is wrong with a key; null when nothing is.</summary>
    public static string? WhyNot(string key) => key.Length is > 0 and <= LongestKey && key.All(static c => c is >= ' ' and <= '~') ? null : $"{Field}: wanted are 1 to {LongestKey} visible characters of ASCII";

    /// <summary>Does something once for a key.</summary>
    /// <param name="person">Who asks.</param>
    /// <param name="path">Of what.</param>
    /// <param name="key">The key.</param>
    /// <param name="body">What is asked.</param>
    /// <param name="act">The work; what it throws, or null, is not remembered.</param>
    public async Task<IResult> OnceAsync(string person, string path, string key, byte[] body, Func<Task<IResult>> act)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        Answer mine = new(hash, time.GetUtcNow(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        Answer? known;
        lock (_gate)
        {
            Forget(mine.At);
            if (!_answers.TryGetValue((person, path, key), out known))
            {
                _answers[(person, path, key)] = mine;
                _order.Enqueue((person, path, key));
            }
        }

        if (known is not null)
        {
            return known.Body != hash
                ? Problems.Of(StatusCodes.Status422UnprocessableEntity, $"{Field}: {key} was sent before with another body")
                : await known.Result.Task ?? Problems.Of(StatusCodes.Status503ServiceUnavailable, "what was asked first could not be done; ask again");
        }

        IResult? result = null;
        try
        {
            return result = await act();
        }
        finally
        {
            if (result is null or IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable })
            {
                lock (_gate)
                {
                    _answers.Remove((person, path, key));
                }
            }

            mine.Result.SetResult(result);
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && (!_answers.TryGetValue(oldest, out var answer) || now - answer.At > Kept || _order.Count > Most))
        {
            _answers.Remove(_order.Dequeue());
        }
    }
}
