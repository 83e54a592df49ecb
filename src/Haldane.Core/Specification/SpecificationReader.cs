using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>A file of specifications.</summary>
/// <param name="Name">As messages name it; nothing is opened.</param>
/// <param name="Content">Its bytes: UTF-8, YAML, any number of documents.</param>
public sealed record SpecificationSource(string Name, ReadOnlyMemory<byte> Content);

/// <summary>Reads specifications: all files together, and all mistakes at once.</summary>
/// <remarks>Pure: opens nothing. Never throws for what a file holds, and takes time in proportion to the file, at most 1 MiB each.</remarks>
public static class SpecificationReader
{
    /// <summary>Reads the files as one set: names are unique across files, and rollouts may name models of other files.</summary>
    /// <returns>The set, or every mistake in order of file, line and column. No file at all is an empty set.</returns>
    public static SpecificationResult Read(IReadOnlyList<SpecificationSource> sources)
    {
        var files = new List<FileErrors>(sources.Count);
        var documents = new SetChecks();
        foreach (var source in sources)
        {
            var errors = new FileErrors(source.Name);
            files.Add(errors);
            ReadFile(source.Content.Span, errors, documents);
        }

        documents.Check();
        var mistakes = files.SelectMany(f => f.InOrder).ToValueList();
        return new(mistakes.Count == 0 ? documents.ToSet() : null, mistakes);
    }

    private static void ReadFile(ReadOnlySpan<byte> content, FileErrors errors, SetChecks documents)
    {
        if (!YamlText.TryDecode(content, errors, out var text))
        {
            documents.SomethingIsUnread();
            return;
        }

        var roots = YamlTree.Read(text, errors, out var complete);
        if (!complete)
        {
            documents.SomethingIsUnread();
        }

        var filled = roots.Where(r => r is not YamlScalar { IsNothing: true }).ToList();
        if (filled.Count == 0 && complete)
        {
            errors.Report("found nothing in the file; wanted at least one document with apiVersion, kind, metadata and spec");
        }

        foreach (var root in filled)
        {
            ReadDocument(root, errors, documents);
        }
    }

    private static void ReadDocument(YamlNode root, FileErrors errors, SetChecks documents)
    {
        switch ((root as YamlMapping)?.FindScalar("kind")?.Text)
        {
            case DocumentFields.ModelKind:
                DocumentFields.Model.TryRead(root, errors, out var model);
                documents.Add(new SetChecks.Read<ModelSpec>((YamlMapping)root, errors, model?.Name ?? "", model?.Spec));
                break;
            case DocumentFields.RolloutKind:
                DocumentFields.Rollout.TryRead(root, errors, out var rollout);
                documents.Add(new SetChecks.Read<RolloutSpec>((YamlMapping)root, errors, rollout?.Name ?? "", rollout?.Spec));
                break;
            case DocumentFields.PolicyKind:
                DocumentFields.Policy.TryRead(root, errors, out var policy);
                documents.Add(new SetChecks.Read<PolicySpec>((YamlMapping)root, errors, policy?.Name ?? "", policy?.Spec));
                break;
            case DocumentFields.WebhookKind:
                DocumentFields.Webhook.TryRead(root, errors, out var webhook);
                documents.Add(new SetChecks.Read<WebhookSpec>((YamlMapping)root, errors, webhook?.Name ?? "", webhook?.Spec));
                break;
            default:
                DocumentFields.Head.TryRead(root, errors, out _);
                documents.SomethingIsUnread();
                break;
        }
    }
}
