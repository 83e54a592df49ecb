using System.Text.Json;
using Haldane.Core.Specification;

namespace Haldane.Core.Ledger;

/// <summary>What a run was begun with, as the record of its start has it: what its evidence means, whatever the files say by now.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rollout">The plan.</param>
/// <param name="Start">The record's entry.</param>
public sealed record RecordedPlan(ModelSpec Model, RolloutSpec Rollout, LedgerEntry Start)
{
    /// <summary>Reads it.</summary>
    /// <param name="run">The records of one run.</param>
    /// <exception cref="FormatException">It is not there, or cannot be understood; the message ends a sentence such as <c>run 1 cannot be replayed: …</c>.</exception>
    public static RecordedPlan Of(IEnumerable<LedgerEntry> run)
    {
        var start = run.FirstOrDefault(e => e.Kind == "started") ?? throw new FormatException("the record of its start is not there");
        if (start is not { Specification: { } plan, ModelSpecification: { } model })
        {
            throw new FormatException("the record of its start does not hold its plan and its model, as those of older programs");
        }

        try
        {
            return new(
                model.Deserialize(CoreJson.Default.ModelSpec) ?? throw new JsonException("the model is null"),
                plan.Deserialize(CoreJson.Default.RolloutSpec) ?? throw new JsonException("the plan is null"),
                start);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"this program does not understand its plan: {e.Message}", e);
        }
    }
}
