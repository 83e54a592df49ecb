namespace Haldane.Gateway.Observation.Schemas;

/// <summary>How much work one check may be: references and alternatives could otherwise make a small schema an endless one.</summary>
internal struct SchemaWork()
{
    /// <summary>Values within values.</summary>
    public const int DeepestJson = 64;

    /// <summary>Schemas within schemas; a reference and a member may lead to each value within another.</summary>
    public const int Deepest = 3 * DeepestJson;

    // About a millisecond or two.
    private int _left = 50_000;

    /// <summary>Whether there was too much of it.</summary>
    public readonly bool IsSpent => _left < 0;

    /// <summary>Does some; false when there is none left to do.</summary>
    public bool Spend(long steps = 1)
    {
        _left = steps > _left ? -1 : _left - (int)steps;
        return _left >= 0;
    }
}

/// <summary>Joins answers, of which each may be "cannot tell": Kleene's logic of three values.</summary>
internal static class SchemaFits
{
    public static SchemaFit Of(bool fits) => fits ? SchemaFit.Fits : SchemaFit.DoesNotFit;

    public static SchemaFit And(this SchemaFit one, SchemaFit other) =>
        one == SchemaFit.DoesNotFit || other == SchemaFit.DoesNotFit ? SchemaFit.DoesNotFit
        : one == SchemaFit.CannotTell || other == SchemaFit.CannotTell ? SchemaFit.CannotTell : SchemaFit.Fits;

    public static SchemaFit Not(this SchemaFit fit) => fit switch
    {
        SchemaFit.Fits => SchemaFit.DoesNotFit,
        SchemaFit.DoesNotFit => SchemaFit.Fits,
        _ => SchemaFit.CannotTell,
    };
}
