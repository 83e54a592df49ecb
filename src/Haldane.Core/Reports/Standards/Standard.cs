namespace Haldane.Core.Reports.Standards;

/// <summary>How far a pack serves a clause.</summary>
public enum Coverage
{
    /// <summary>For this rollout the pack holds the records that the clause is about.</summary>
    Covered,

    /// <summary>It holds some of them.</summary>
    Part,

    /// <summary>It holds none; listed so that nobody looks for them here.</summary>
    NotCovered,
}

/// <summary>A standard or a law and the clauses of it that have to do with rollouts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Edition">Which edition.</param>
/// <param name="Note">What to know before the table is read.</param>
/// <param name="Clauses">The clauses, in their order.</param>
public sealed record Standard(string Name, string Edition, string Note, ValueList<Clause> Clauses);

/// <summary>A clause and what a pack has to do with it. The text of the standard is not repeated: what it is about is in our words.</summary>
/// <param name="Number">Its number.</param>
/// <param name="About">What it is about, in a few words.</param>
/// <param name="Coverage">How far the pack serves it.</param>
/// <param name="Provides">What the pack holds for it.</param>
/// <param name="Lacks">What it does not.</param>
/// <param name="Sections">The sections that hold it, see <see cref="PackSections"/>; empty where it is not covered.</param>
public sealed record Clause(string Number, string About, Coverage Coverage, string Provides, string Lacks, ValueList<string> Sections);

/// <summary>All standards that a pack is mapped to.</summary>
public static class StandardsMap
{
    /// <summary>In the order in which they are shown.</summary>
    public static readonly ValueList<Standard> All = [IsoIec42001.Table, NistAiRmf.Table, Ieee7000.Table, EuAiAct.Table];
}
