using System.Net;
using System.Runtime.CompilerServices;
using Haldane.Core.Ports;

namespace Haldane.Client;

/// <summary>Follows a rollout over restarts of its server.</summary>
internal static class SteadyFollowing
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // A rollout that waits changes nothing for hours, and a connection that a firewall has forgotten looks the same: asking anew tells the two apart.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    /// <summary>Every change of a rollout as it comes, and where it stands after each time that the server was away. Ends only when it is cancelled.</summary>
    /// <param name="client">Asks the server.</param>
    /// <param name="name">The rollout's name.</param>
    /// <param name="time">The time.</param>
    /// <param name="away">Is told why, each time that the server goes away.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="AdminClientException">Nobody answered the first time, or the server refuses.</exception>
    public static async IAsyncEnumerable<RolloutView> FollowSteadilyAsync(this AdminClient client, string name, TimeProvider time, Action<string> away, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (isKnown, isAway, wait) = (false, false, First);
        while (true)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            quiet.CancelAfter(Quiet);
            await using var views = client.FollowAsync(name, quiet.Token).GetAsyncEnumerator(quiet.Token);
            var (isOpen, why) = (true, "");
            while (isOpen)
            {
                try
                {
                    (isOpen, why) = (await views.MoveNextAsync(), "it has ended the stream");
                }
                catch (Exception e) when (isKnown && IsPassing(e, cancel))
                {
                    (isOpen, why) = (false, e is OperationCanceledException ? "" : e.Message);
                }

                if (isOpen)
                {
                    (isKnown, isAway, wait) = (true, false, First);
                    quiet.CancelAfter(Quiet);
                    yield return views.Current;
                }
            }

            if (!isAway && why.Length > 0)
            {
                isAway = true;
                away(why);
            }

            await Task.Delay(wait, time, cancel);
            wait = wait * 2 < Longest ? wait * 2 : Longest;
        }
    }

    // What a restart brings; a rollout that is gone, or a token that is no longer known, does not come back by waiting.
    private static bool IsPassing(Exception e, CancellationToken cancel) => !cancel.IsCancellationRequested && e switch
    {
        AdminClientException { Status: null or >= HttpStatusCode.InternalServerError } => true,
        IOException or HttpRequestException or OperationCanceledException => true,
        _ => false,
    };
}
