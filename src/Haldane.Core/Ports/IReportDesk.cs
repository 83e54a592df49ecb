using Haldane.Core.Access;
using Haldane.Core.Reports;

namespace Haldane.Core.Ports;

/// <summary>Makes evidence packs and the inventory.</summary>
/// <remarks>Any thread. Throws <see cref="StoreUnavailableException"/> when the store does not answer.</remarks>
public interface IReportDesk
{
    /// <summary>Makes the pack of a run: reads the whole ledger and all evidence of the run, so it takes from a second to minutes. One at a time.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="run">The run; null for the last.</param>
    /// <param name="person">For whom: what somebody may not see is not there.</param>
    /// <param name="cancel">Gives up.</param>
    Task<PackOutcome> PackAsync(string rollout, int? run, Person person, CancellationToken cancel);

    /// <summary>All models that the person has to do with, and how they stand.</summary>
    Task<IReadOnlyList<InventoryEntry>> InventoryAsync(Person person, CancellationToken cancel);
}

/// <summary>What came of asking for a pack.</summary>
/// <param name="Pack">The pack; null when there is none.</param>
/// <param name="Kind">How it went.</param>
/// <param name="Message">Why there is none; empty when there is one.</param>
public sealed record PackOutcome(EvidencePack? Pack, PackOutcomeKind Kind, string Message)
{
    /// <summary>There is one.</summary>
    public static PackOutcome Of(EvidencePack pack) => new(pack, PackOutcomeKind.Made, "");
}

/// <summary>How making a pack went.</summary>
public enum PackOutcomeKind
{
    /// <summary>It was made.</summary>
    Made,

    /// <summary>There is no such rollout or run.</summary>
    NotFound,

    /// <summary>What the ledger has of it cannot be made a pack of.</summary>
    Unreadable,

    /// <summary>Another is being made; ask again.</summary>
    Busy,
}
