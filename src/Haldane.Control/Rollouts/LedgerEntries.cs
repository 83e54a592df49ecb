using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>Words a transition for the ledger. Pure.</summary>
internal static class LedgerEntries
{
    /// <summary>The entry of a transition.</summary>
    /// <param name="before">The rollout before it.</param>
    /// <param name="transition">The transition.</param>
    /// <param name="judgement">What the judge had said; null before it said anything.</param>
    /// <param name="digest">Digest of the evidence so far.</param>
    /// <param name="now">The time.</param>
    /// <param name="about">What the inventory says of the model; null where nobody said.</param>
    public static LedgerEntry Of(Rollout before, Transition transition, Judgement? judgement, string digest, DateTimeOffset now, AboutSpec? about = null) => new()
    {
        At = now,
        Kind = KindOf(transition.Move),
        Rollout = before.Name,
        Run = transition.Next.Run,
        Model = before.Spec.Model,
        By = transition.By,
        Why = transition.Next.Reason,
        Stage = transition.Next.Stage,
        From = transition.Move == Move.Started ? Share.None : before.CanaryShare,
        To = transition.Next.CanaryShare,
        Verdicts = transition.Move == Move.Started ? [] : judgement?.Verdicts ?? [],
        EvidenceUpTo = transition.Move == Move.Started ? 0 : judgement?.UpToSlice ?? 0,
        EvidenceDigest = transition.Move == Move.Started || judgement is not { UpToSlice: > 0 } ? "" : digest,
        Specification = transition.Move == Move.Started ? JsonSerializer.SerializeToElement(before.Spec, CoreJson.Default.RolloutSpec) : null,
        ModelSpecification = transition is { Move: Move.Started, Next.Model: { } model } ? JsonSerializer.SerializeToElement(model, CoreJson.Default.ModelSpec) : null,
        About = transition.Move == Move.Started ? about : null,
    };

    private static string KindOf(Move move) => move switch
    {
        Move.Started => "started",
        Move.StageEntered => "stage-entered",
        Move.Held => "held",
        Move.Promoted => "promoted",
        Move.RolledBack => "rolled-back",
        Move.Paused => "paused",
        Move.Resumed => "resumed",
        Move.Returning => "returning",
        Move.Retired => "retired",
        Move.Concluded => "concluded",
        Move.Approved => "approved",
        _ => throw new ArgumentOutOfRangeException(nameof(move), move, "nothing to record"),
    };
}
