namespace Haldane.Core.Rollouts;

/// <summary>What a move was.</summary>
public enum Move
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>A run began, in its first stage.</summary>
    Started,

    /// <summary>The next stage was entered.</summary>
    StageEntered,

    /// <summary>It holds for another reason than before.</summary>
    Held,

    /// <summary>The canary won.</summary>
    Promoted,

    /// <summary>The canary was taken back.</summary>
    RolledBack,

    /// <summary>Somebody paused it.</summary>
    Paused,

    /// <summary>Somebody let it go on.</summary>
    Resumed,

    /// <summary>A step of taking the canary back.</summary>
    Returning,

    /// <summary>The version that a promoted canary has followed is no longer kept ready.</summary>
    Retired,

    /// <summary>An experiment has lasted as long as was asked.</summary>
    Concluded,

    /// <summary>Somebody has agreed that the stage may be left.</summary>
    Approved,
}

/// <summary>What a signal came to.</summary>
/// <param name="Move">What was done.</param>
/// <param name="Next">The rollout after it.</param>
/// <param name="By">Who or what did it.</param>
public sealed record Transition(Move Move, Rollout Next, string By)
{
    /// <summary>Why what somebody asked was not done, one sentence; null otherwise.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether anything is to be recorded.</summary>
    public bool Changes => Move != Move.None;

    /// <summary>Whether traffic is to be routed anew.</summary>
    public bool Routes => Move is not (Move.None or Move.Held or Move.Paused or Move.Resumed or Move.Approved);
}
