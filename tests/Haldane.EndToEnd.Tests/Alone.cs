[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Haldane.EndToEnd.Tests;

/// <summary>Tests that measure time or keep a machine of two cores busy: one after the other, and nothing beside them. The others mostly wait, two at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone";
}
