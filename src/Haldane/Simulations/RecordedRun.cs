using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Store.Sqlite;

namespace Haldane.Simulations;

/// <summary>A run whose evidence is in a store, with what it was a run of.</summary>
/// <param name="Rollout">The rollout as it was last recorded.</param>
/// <param name="Model">The model as it was when the run began: what the evidence means.</param>
/// <param name="Slices">Slices in which the baseline served, in order.</param>
internal sealed record RecordedRun(Rollout Rollout, ModelSpec Model, IReadOnlyList<EvidenceSlice> Slices)
{
    // A week of seconds; more than that would fill the memory and say no more.
    private const int MostSlices = 604_800;

    /// <summary>Reads a run, also from a store that is in use.</summary>
    /// <param name="store">The file.</param>
    /// <param name="rollout">The rollout's name; null: the newest run.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="StoreUnavailableException">There is no store, it is damaged, or holds no such run; the message says what to do.</exception>
    public static Task<RecordedRun> ReadAsync(string store, string? rollout, CancellationToken cancel) => ReadAsync(store, rollout, null, cancel);

    /// <summary>Reads the newest run of a model, as its specification has it now.</summary>
    /// <param name="store">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="StoreUnavailableException">As above, or the model's segments or signals were others when the evidence was taken.</exception>
    public static async Task<RecordedRun> OfModelAsync(string store, ModelSpec model, CancellationToken cancel)
    {
        var run = await ReadAsync(store, null, model.Name, cancel);
        return run.Model.Segments.Equals(model.Segments) && run.Model.Signals.Equals(model.Signals)
            ? run with { Model = model }
            : throw new StoreUnavailableException(
                $"run {run.Rollout.Run} of {run.Rollout.Name} was recorded with other segments or signals of the model {model.Name}; its evidence means something else");
    }

    private static async Task<RecordedRun> ReadAsync(string store, string? rollout, string? model, CancellationToken cancel)
    {
        await using var records = await SqliteStore.OpenRecordsAsync(store, cancel);
        var known = await records.RolloutsAsync(cancel);
        var run = known
            .Where(r => r is { Run: > 0, Model: not null } && (rollout is null || r.Name == rollout) && (model is null || r.Spec.Model == model))
            .MaxBy(r => r.Run) ?? throw new StoreUnavailableException(Nothing(store, rollout, model, known));
        List<EvidenceSlice> slices = [];
        await foreach (var stored in records.EvidenceAsync(run.Run, cancel))
        {
            // In a shadow stage only what was copied is evidence: it does not show what the traffic is like.
            if (stored.Slice.Share < Share.Full && run.Spec.Stages[stored.Slice.Stage].Kind != StageKind.Shadow)
            {
                slices.Add(stored.Slice);
            }

            if (slices.Count == MostSlices)
            {
                break;
            }
        }

        return slices.Count > 0 ? new(run, run.Model!, slices) : throw new StoreUnavailableException($"run {run.Run} of {run.Name} in the store '{store}' has no evidence: wait for it, or, where it was moved into the archive, take a newer run");
    }

    private static string Nothing(string store, string? rollout, string? model, IReadOnlyList<Rollout> known)
    {
        var wanted = rollout is not null ? $"of the rollout {rollout}" : model is not null ? $"of the model {model}" : "of any rollout";
        var there = known.Where(r => r.Run > 0).Select(r => r.Name).ToList();
        return $"the store '{store}' holds no run {wanted}{(there.Count > 0 ? $", only of {string.Join(", ", there)}" : "")}. Evidence is taken while a rollout runs. For a model that has had none, run one "
            + "whose canary has the endpoints of the baseline, at a small share: nobody is exposed to anything new, and its evidence shows what the traffic is like";
    }
}
