using Haldane.Core.Specification;

namespace Haldane.Control.Specifications;

/// <summary>What follows the specification outside of the controller: secrets, webhooks.</summary>
public interface IOutsideParts
{
    /// <summary>Gets ready for another specification; changes nothing yet.</summary>
    /// <param name="before">What is in force.</param>
    /// <param name="next">Valid as a whole.</param>
    IPreparedParts Prepare(SpecificationSet before, SpecificationSet next);
}

/// <summary>What is ready to follow another specification; ends unused unless it is committed.</summary>
public interface IPreparedParts : IDisposable
{
    /// <summary>What keeps it from being followed; empty when nothing does.</summary>
    IReadOnlyList<SpecificationError> Faults { get; }

    /// <summary>Does what must be done before anything is recorded.</summary>
    /// <exception cref="Core.Ports.StoreUnavailableException">It was not done.</exception>
    Task BeginAsync();

    /// <summary>Follows it from now on, before traffic does.</summary>
    void Commit();
}
