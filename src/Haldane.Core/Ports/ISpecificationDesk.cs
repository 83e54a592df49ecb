using Haldane.Core.Access;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Core.Ports;

/// <summary>The specification in force, and how it is changed while everything runs.</summary>
/// <remarks>Any thread. Reading never waits for the store.</remarks>
public interface ISpecificationDesk
{
    /// <summary>What is in force.</summary>
    SpecificationView Current { get; }

    /// <summary>Puts documents in force, all or none, or says what that would change.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was recorded; or it is recorded, and comes into force as soon as the store is back.</exception>
    Task<ApplyReport> ApplyAsync(ChangeOrder order, Person by, CancellationToken cancel);
}

/// <summary>What is in force. Immutable.</summary>
/// <param name="Revision">Another one with every change, hex.</param>
/// <param name="Documents">By kind and name.</param>
/// <param name="Set">What they say.</param>
public sealed record SpecificationView(string Revision, ValueList<SpecificationDocument> Documents, SpecificationSet Set);

/// <summary>Documents to be put in force.</summary>
public sealed record ChangeOrder
{
    /// <summary>Files of documents; those that they do not name stay as they are.</summary>
    public IReadOnlyList<SpecificationSource> Sources { get; init; } = [];

    /// <summary>Documents to be removed.</summary>
    public IReadOnlyList<DocumentId> Remove { get; init; } = [];

    /// <summary>Whether documents that no source names are removed, as far as the person has to do with them.</summary>
    public bool Prune { get; init; }

    /// <summary>Whether it may move traffic by itself: take a canary back, or have another version serve.</summary>
    public bool MayMoveTraffic { get; init; }

    /// <summary>Whether nothing is changed, and only said what would be.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The only revision that it is meant for; null for any.</summary>
    public string? Revision { get; init; }

    /// <summary>Why; null when nobody said.</summary>
    public string? Why { get; init; }
}

/// <summary>What came of an order, or would.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Message">One sentence for whoever asked.</param>
/// <param name="Revision">Of what is in force now.</param>
public sealed record ApplyReport(ChangeOutcome Outcome, string Message, string Revision)
{
    /// <summary>Document by document; without those that stay as they are.</summary>
    public ValueList<DocumentChange> Changes { get; init; } = [];

    /// <summary>What comes of it beside the changes themselves.</summary>
    public ValueList<ChangeEffect> Effects { get; init; } = [];

    /// <summary>Mistakes in what was sent; empty where there is none.</summary>
    public ValueList<SpecificationError> Errors { get; init; } = [];
}

/// <summary>How an order to change the specification went.</summary>
public enum ChangeOutcome
{
    /// <summary>In force and recorded.</summary>
    Applied,

    /// <summary>Would be done as it is; nothing was.</summary>
    WouldApply,

    /// <summary>All of it was in force already.</summary>
    Unchanged,

    /// <summary>There are mistakes in it.</summary>
    Invalid,

    /// <summary>The person may not change some of it.</summary>
    Forbidden,

    /// <summary>It would move traffic, and nobody agreed to that.</summary>
    MovesTraffic,

    /// <summary>What is in force is not what the order was meant for.</summary>
    Stale,

    /// <summary>There is no such document.</summary>
    NotFound,
}

/// <summary>What comes of a change of the specification.</summary>
/// <param name="Message">One sentence.</param>
/// <param name="MovesTraffic">Whether callers are served by another version because of it, or by none.</param>
public sealed record ChangeEffect(string Message, bool MovesTraffic);
