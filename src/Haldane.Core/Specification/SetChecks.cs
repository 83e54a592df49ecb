using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Checks what concerns more than one document.</summary>
/// <remarks>One thread. Works on documents that have mistakes too, and says nothing that those mistakes could be the reason of.</remarks>
internal sealed class SetChecks
{
    private readonly List<Read<ModelSpec>> _models = [];
    private readonly List<Read<RolloutSpec>> _rollouts = [];
    private readonly List<Read<PolicySpec>> _policies = [];
    private readonly List<Read<WebhookSpec>> _webhooks = [];
    private bool _isWhole = true;

    /// <summary>A document that was read.</summary>
    /// <param name="Node">Where it stands.</param>
    /// <param name="Errors">The mistakes of its file.</param>
    /// <param name="Name">Empty if it could not be read.</param>
    /// <param name="Spec">Null if it could not be read.</param>
    internal sealed record Read<T>(YamlMapping Node, FileErrors Errors, string Name, T? Spec)
        where T : class
    {
        /// <summary>A field of <c>spec</c>, or null.</summary>
        public YamlNode? Find(string field) => (Node.Find("spec") as YamlMapping)?.Find(field);

        /// <summary>Where its name stands, or else the document.</summary>
        public YamlNode NameNode => (Node.Find("metadata") as YamlMapping)?.Find("name") ?? Node;
    }

    /// <summary>Takes a model.</summary>
    public void Add(Read<ModelSpec> model)
    {
        _models.Add(model);
        _isWhole &= model.Name.Length > 0;
    }

    /// <summary>Takes a rollout.</summary>
    public void Add(Read<RolloutSpec> rollout) => _rollouts.Add(rollout);

    /// <summary>Takes a policy.</summary>
    public void Add(Read<PolicySpec> policy) => _policies.Add(policy);

    /// <summary>Takes a webhook.</summary>
    public void Add(Read<WebhookSpec> webhook) => _webhooks.Add(webhook);

    /// <summary>Remembers that some document could not be read: what is missing may stand there.</summary>
    public void SomethingIsUnread() => _isWhole = false;

    /// <summary>Reports every mistake between documents.</summary>
    public void Check()
    {
        ReportRepeated(_models, "model");
        ReportRepeated(_rollouts, "rollout");
        ReportRepeated(_policies, "policy");
        ReportRepeated(_webhooks, "webhook");
        ReportSharedRoutes();
        ReportSecondAutomatic();
        foreach (var rollout in _rollouts)
        {
            CheckAgainstModel(rollout);
        }

        string[]? models = _isWhole ? [.. _models.Select(m => m.Name)] : null;
        PolicyChecks.Check(_policies, models);
        WebhookChecks.Check(_webhooks, models);
    }

    /// <summary>The set; only asked for when there is no mistake.</summary>
    public SpecificationSet ToSet() => new(
        _models.Select(m => m.Spec! with { Name = m.Name }).ToValueList(),
        _rollouts.Select(r => r.Spec! with { Name = r.Name }).ToValueList())
    {
        Policies = _policies.Select(p => p.Spec! with { Name = p.Name }).ToValueList(),
        Webhooks = _webhooks.Select(w => w.Spec! with { Name = w.Name }).ToValueList(),
    };

    private static void ReportRepeated<T>(List<Read<T>> documents, string what)
        where T : class
    {
        var seen = new Dictionary<string, Read<T>>();
        foreach (var document in documents.Where(d => d.Name.Length > 0))
        {
            if (!seen.TryAdd(document.Name, document))
            {
                document.Errors.Report(
                    document.NameNode,
                    $"found a second {what} {Clip.Quoted(document.Name)}, the first is at {Place(seen[document.Name])}; wanted it once: rename or remove one of the two");
            }
        }
    }

    private void ReportSharedRoutes()
    {
        var seen = new Dictionary<string, Read<ModelSpec>>();
        foreach (var model in _models.Where(m => m.Spec is { Route.Path.Length: > 0 }))
        {
            // Two documents of one name are one mistake, already reported.
            var path = model.Spec!.Route.Path;
            if (!seen.TryAdd(path, model) && seen[path].Name != model.Name)
            {
                var node = (model.Find("route") as YamlMapping)!.Find("path")!;
                model.Errors.Report(
                    node, $"found {Clip.Quoted(path)}, which is the path of the model {Clip.Quoted(seen[path].Name)} too ({Place(seen[path])}); wanted a path of its own");
            }
        }
    }

    private void ReportSecondAutomatic()
    {
        var seen = new Dictionary<string, Read<RolloutSpec>>();
        foreach (var rollout in _rollouts.Where(r => r.Spec is { Model.Length: > 0, Start: StartMode.Auto }))
        {
            var model = rollout.Spec!.Model;
            if (!seen.TryAdd(model, rollout) && seen[model].Name != rollout.Name)
            {
                rollout.Errors.Report(
                    rollout.Find("start") ?? rollout.NameNode,
                    $"found a second rollout of the model {Clip.Quoted(model)} with start: auto, the first is {Clip.Quoted(seen[model].Name)} at {Place(seen[model])}; "
                    + "wanted one, since a model runs one rollout at a time: write start: manual");
            }
        }
    }

    private void CheckAgainstModel(Read<RolloutSpec> rollout)
    {
        if (rollout is not { Spec: { Model.Length: > 0 } spec })
        {
            return;
        }

        if (_models.Find(m => m.Name == spec.Model) is not { } model)
        {
            if (_isWhole)
            {
                ReportUnknown(rollout, rollout.Find("model")!, "model", spec.Model, [.. _models.Select(m => m.Name)]);
            }

            return;
        }

        if (model.Spec is null || model.Node.IsCut)
        {
            return;
        }

        foreach (var (field, name) in new[] { ("baseline", spec.Baseline), ("canary", spec.Canary) })
        {
            if (name.Length > 0 && NamesIn(model, "versions") is { } versions && !versions.Contains(name))
            {
                ReportUnknown(rollout, rollout.Find(field)!, $"version of {model.Name}", name, versions);
            }
        }

        if (model.Spec.Subject is null && spec.Stages.FirstOrDefault(s => s.Subjects > 0) is { } counted)
        {
            rollout.Errors.Report(
                rollout.Find("stages")!, $"found subjects: {counted.Subjects}, but the model {Clip.Quoted(model.Name)} has no subject ({Place(model)}); wanted exchanges instead, or a subject in the model: each of its requests is on its own");
        }

        PolicyChecks.CheckRisk(rollout, model);
        CheckGuards(rollout, model);
        ShadowChecks.Check(rollout, model);
    }

    private static void CheckGuards(Read<RolloutSpec> rollout, Read<ModelSpec> model)
    {
        var guards = (rollout.Find("guards") as YamlSequence)?.Items.OfType<YamlMapping>() ?? [];
        foreach (var guard in guards)
        {
            if (guard.FindScalar("signal") is { } signal)
            {
                SignalChecks.Check(rollout, model, guard, signal);
            }

            if (guard.Find("segments") is YamlSequence list && NamesIn(model, "segments") is { } known)
            {
                foreach (var name in list.Items.OfType<YamlScalar>().Where(s => !known.Contains(s.Text)))
                {
                    ReportUnknown(rollout, name, $"segment of {model.Name}", name.Text, known);
                }
            }
        }
    }

    /// <summary>The names that a model gives; null if they cannot be known because of a mistake there.</summary>
    private static string[]? NamesIn(Read<ModelSpec> model, string field)
    {
        switch (model.Find(field))
        {
            case null:
                return field == "segments" ? [] : null;
            case YamlSequence list:
                var names = list.Items.Select(i => (i as YamlMapping)?.FindScalar("name")?.Text).OfType<string>().ToArray();
                return names.Length == list.Items.Count && names.Distinct().Count() == names.Length && !list.IsCut ? names : null;
            default:
                return null;
        }
    }

    /// <summary>Reports a name that stands for nothing.</summary>
    internal static void ReportUnknown(Read<RolloutSpec> rollout, YamlNode node, string what, string name, string[] known) =>
        rollout.Errors.Report(node, Nearest.Unknown(name, what, known));

    /// <summary>The words of a list.</summary>
    internal static IEnumerable<YamlScalar> Names(YamlNode? list) => (list as YamlSequence)?.Items.OfType<YamlScalar>() ?? [];

    /// <summary>Where a document stands.</summary>
    internal static string Place<T>(Read<T> document)
        where T : class => $"{document.Errors.File}:{document.NameNode.At.Line}";
}
