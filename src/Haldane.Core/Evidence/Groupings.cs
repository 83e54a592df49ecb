namespace Haldane.Core.Evidence;

/// <summary>Groups of subjects: each subject is always in the same one, and its arm says nothing about which.</summary>
public static class SubjectGroups
{
    /// <summary>How many groups.</summary>
    public const int Count = 64;

    /// <summary>The group of a subject.</summary>
    /// <param name="identity">See <see cref="Assignment.Assigner.IdentityOf"/>.</param>
    public static int Of(uint identity) => (int)(identity % Count);
}

/// <summary>Equal bins of a confidence in [0, 1]; the last one holds 1 too.</summary>
public static class ConfidenceBins
{
    /// <summary>How many bins; each is 0.05 wide.</summary>
    public const int Count = 20;

    /// <summary>The bin of a confidence.</summary>
    /// <param name="confidence">In [0, 1].</param>
    public static int Of(double confidence) => Math.Min((int)(confidence * Count), Count - 1);
}

/// <summary>What the gateway itself sees happen to exchanges, beside errors. A specification cannot give these names to events of its own.</summary>
public static class GatewayEvents
{
    /// <summary>The version refused the request: any answer from 400 to 499.</summary>
    public const string Refused = "refused";

    /// <summary>The version answered well, but with nothing in the body.</summary>
    public const string Empty = "empty";

    /// <summary>All of them, in the order of their indices.</summary>
    public static readonly ValueList<string> All = [Refused, Empty];
}
