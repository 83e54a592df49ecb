namespace Haldane.Core.Specification;

/// <summary>Everything that the given files ask for; valid as a whole.</summary>
/// <param name="Models">By order of appearance.</param>
/// <param name="Rollouts">By order of appearance; each names a model of the set.</param>
public sealed record SpecificationSet(ValueList<ModelSpec> Models, ValueList<RolloutSpec> Rollouts)
{
    /// <summary>By order of appearance; each names models of the set only.</summary>
    public ValueList<PolicySpec> Policies { get; init; } = [];

    /// <summary>By order of appearance; each names models of the set only.</summary>
    public ValueList<WebhookSpec> Webhooks { get; init; } = [];

    /// <summary>The model of that name, or null.</summary>
    public ModelSpec? FindModel(string name) => Models.FirstOrDefault(m => m.Name == name);

    /// <summary>What a document says, as a value that equals another of the same meaning; null when there is none.</summary>
    public object? Find(Changes.DocumentId id) => id.Kind switch
    {
        DocumentFields.ModelKind => FindModel(id.Name),
        DocumentFields.RolloutKind => Rollouts.FirstOrDefault(r => r.Name == id.Name),
        DocumentFields.PolicyKind => Policies.FirstOrDefault(p => p.Name == id.Name),
        DocumentFields.WebhookKind => Webhooks.FirstOrDefault(w => w.Name == id.Name),
        _ => null,
    };

    /// <summary>The one model that a document belongs to; null for those that are about several, or all.</summary>
    public string? ModelOf(Changes.DocumentId id) => Find(id) switch
    {
        ModelSpec model => model.Name,
        RolloutSpec rollout => rollout.Model,
        _ => null,
    };

    /// <summary>The models that a document is about; empty for all, or where there is none of its name.</summary>
    public ValueList<string> ModelsOf(Changes.DocumentId id) => Find(id) switch
    {
        ModelSpec or RolloutSpec => [ModelOf(id)!],
        PolicySpec policy => policy.Models,
        WebhookSpec webhook => webhook.Models,
        _ => [],
    };
}

/// <summary>Something wrong in a specification, where, and how to mend it.</summary>
/// <param name="File">The file as it was given.</param>
/// <param name="Line">From 1; 0 when it concerns the file as a whole.</param>
/// <param name="Column">From 1; 0 when it concerns the file as a whole.</param>
/// <param name="Path">Where in the document, e.g. <c>spec.stages[1].share</c>; empty at the top.</param>
/// <param name="Message">What was found and what is wanted, in one sentence.</param>
public sealed record SpecificationError(string File, int Line, int Column, string Path, string Message)
{
    /// <summary>In the form that editors and terminals turn into links.</summary>
    public override string ToString() =>
        (Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ") + (Path.Length > 0 ? $"{Path}: " : "") + Message;
}

/// <summary>What reading came to: a valid set, or every mistake.</summary>
/// <param name="Set">Null when there is a mistake.</param>
/// <param name="Errors">In order of file and line; empty when all is well.</param>
public sealed record SpecificationResult(SpecificationSet? Set, ValueList<SpecificationError> Errors);
