using Haldane.Core.Alerts;

namespace Haldane.Core.Specification;

/// <summary>Alerts of other systems that matter to a rollout.</summary>
/// <param name="Labels">Labels that an alert must have; at least one.</param>
/// <param name="Then">What comes of it.</param>
public sealed record AlertSpec(ValueList<Label> Labels, AlertThen Then);

/// <summary>What comes of an alert that stands.</summary>
public enum AlertThen
{
    /// <summary>The rollout neither starts nor goes on while it stands.</summary>
    Hold,

    /// <summary>The canary is taken back.</summary>
    RollBack,
}
