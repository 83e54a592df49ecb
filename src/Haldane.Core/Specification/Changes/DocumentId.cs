namespace Haldane.Core.Specification.Changes;

/// <summary>What a document is called.</summary>
/// <param name="Kind"><c>Model</c>, <c>Rollout</c>, <c>Policy</c> or <c>Webhook</c>.</param>
/// <param name="Name">Unique among the documents of its kind.</param>
public sealed record DocumentId(string Kind, string Name)
{
    /// <summary>All kinds, in the order in which they are shown.</summary>
    public static readonly ValueList<string> Kinds = [DocumentFields.ModelKind, DocumentFields.RolloutKind, DocumentFields.PolicyKind, DocumentFields.WebhookKind];

    /// <summary>Whether it is a plan, which whoever moves rollouts may write.</summary>
    public bool IsRollout => Kind == DocumentFields.RolloutKind;

    /// <summary>A kind as people write it, in letters of any size; null when there is none of that name.</summary>
    public static string? KindNamed(string? word) => Kinds.FirstOrDefault(k => string.Equals(k, word, StringComparison.OrdinalIgnoreCase));

    /// <summary>As people say it: <c>rollout fraud-v2</c>.</summary>
    public override string ToString() => $"{Kind.ToLowerInvariant()} {Name}";
}

/// <summary>A document as it was written.</summary>
/// <param name="Id">What it is called.</param>
/// <param name="Text">YAML, one document.</param>
public sealed record SpecificationDocument(DocumentId Id, string Text);

/// <summary>What becomes of a document.</summary>
/// <param name="Id">Which.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Fields">Field by field, in order of the document; of one that is added or removed, all.</param>
public sealed record DocumentChange(DocumentId Id, DocumentChangeKind Kind, ValueList<FieldChange> Fields);

/// <summary>What becomes of a document.</summary>
public enum DocumentChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It says something else.</summary>
    Changed,

    /// <summary>It is no more.</summary>
    Removed,
}

/// <summary>A value of a document that is not what it was.</summary>
/// <param name="Path">Where, e.g. <c>spec.stages[1].share</c>.</param>
/// <param name="Before">As it was written; null when it was not there.</param>
/// <param name="After">As it is written; null when it is no more.</param>
public sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>What is kept of a document.</summary>
/// <param name="Text">YAML, one document; null when somebody has removed it though the files had it.</param>
/// <param name="File">SHA-256 of the text that the files had when they were read last, hex; null when they never had it.</param>
public sealed record StoredDocument(string? Text, string? File);
