namespace Haldane.Control.Rollouts;

/// <summary>What went wrong in a look at the rollouts.</summary>
/// <param name="What">For people, one sentence.</param>
/// <param name="Why">What was thrown.</param>
internal sealed record Trouble(string What, Exception Why)
{
    /// <summary>A picture could not be published.</summary>
    public static Trouble OfRouting(Exception why) => new($"the traffic could not be routed: {why.Message}", why);
}
