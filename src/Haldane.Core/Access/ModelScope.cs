namespace Haldane.Core.Access;

/// <summary>Lists of names of models of which an empty one stands for all: in tokens, policies, freezes and webhooks alike.</summary>
public static class ModelScope
{
    /// <summary>Whether a model is among them.</summary>
    public static bool Covers(this ValueList<string> models, string model) => models.Count == 0 || models.Contains(model);

    /// <summary>Whether all of the other list are among them.</summary>
    public static bool CoversAll(this ValueList<string> models, ValueList<string> others) => models.Count == 0 || (others.Count > 0 && others.All(models.Contains));

    /// <summary>For tables: the names, or <c>all</c>.</summary>
    public static string Said(this ValueList<string> models) => models.Count == 0 ? "all" : string.Join(", ", models);
}
