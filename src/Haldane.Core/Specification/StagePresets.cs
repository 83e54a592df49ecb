using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Stages that are common enough to have a name.</summary>
internal static class StagePresets
{
    private static readonly StageSpec Early = Split("early", 1, TimeSpan.FromMinutes(15)), Wide = Split("wide", 10, TimeSpan.FromMinutes(15)), Half = Split("half", 50, TimeSpan.FromMinutes(15));

    /// <summary>By name, each with its stages.</summary>
    public static readonly IReadOnlyList<(string Name, ValueList<StageSpec> Stages)> All =
    [
        ("quick", [Early, Wide, Half]),
        ("three-stage", [Split("early", 2, TimeSpan.FromHours(2)), Split("wide", 25, TimeSpan.FromHours(12))]),
        ("bake", [Split("bake", 5, TimeSpan.FromHours(24)), Split("half", 50, TimeSpan.FromHours(1))]),
        ("shadow-first", [Of(StageKind.Shadow, "shadow", TimeSpan.FromHours(1)), Early, Wide, Half]),
        ("blue-green", [Of(StageKind.Switch, "switch", TimeSpan.FromHours(1))]),
        ("ab", [Of(StageKind.Experiment, "experiment", TimeSpan.FromDays(14))]),
    ];

    private static StageSpec Split(string name, int percent, TimeSpan bake) => Of(StageKind.Split, name, bake) with { Share = new(100 * percent) };

    private static StageSpec Of(StageKind kind, string name, TimeSpan bake) => StageFields.Blank(kind) with { Name = name, Bake = bake };

    /// <summary>What of a preset's stages is said otherwise: stages by name.</summary>
    internal sealed class Changes(string preset, ValueList<StageSpec> stages) : Shape<ValueList<StageSpec>>
    {
        private string[] Names => [.. stages.Select(s => s.Name!)];

        public override string Wanted => $"stages of the preset {preset} by name, such as {{ name: {stages[0].Name}, bake: 1h }}";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out ValueList<StageSpec> value)
        {
            value = stages;
            if (node is not YamlSequence changes)
            {
                errors.Wrong(node, Wanted);
                return false;
            }

            Unique.Names(changes, errors);
            var changed = stages.ToArray();
            foreach (var change in changes.Items)
            {
                var name = (change as YamlMapping)?.FindScalar("name");
                var at = Array.FindIndex(changed, s => s.Name == name?.Text);
                if (name is not null && at < 0)
                {
                    errors.Report(name, Nearest.Unknown(name.Text, $"stage of the preset {preset}", Names));
                }
                else if (StageFields.Over(stages[Math.Max(0, at)]).TryRead(change, errors, out var read) && at >= 0)
                {
                    changed[at] = read;
                }
            }

            for (var i = 1; i < changed.Length; i++)
            {
                if (changed[i].Share <= changed[i - 1].Share)
                {
                    errors.Report(node, $"found the share {changed[i].Share} of {changed[i].Name} behind the {changed[i - 1].Share} of {changed[i - 1].Name}; wanted shares that rise from stage to stage");
                }
            }

            value = changed.ToValueList();
            return true;
        }

        public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray("name") } };
    }
}
