using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Core.Ledger;

/// <summary>Something that people have set and that outlives the process: a freeze, a token.</summary>
/// <param name="Kind">What it is: <c>freeze</c>, <c>token</c>.</param>
/// <param name="Name">Unique among those of its kind.</param>
/// <param name="Body">What it says; null once it is removed.</param>
public sealed record Setting(string Kind, string Name, JsonElement? Body)
{
    /// <summary>The kind of <see cref="Policies.Freeze"/>.</summary>
    public const string Freeze = "freeze";

    /// <summary>The kind of <see cref="Policies.FreezeOverride"/>, by the rollout's name.</summary>
    public const string Override = "override";

    /// <summary>The kind of <see cref="Access.AccessToken"/>.</summary>
    public const string Token = "token";

    /// <summary>The kind of <see cref="ArchivedRun"/>, by the run's number.</summary>
    public const string Evidence = "evidence";

    /// <summary>The kind of <see cref="Alerts.StandingAlert"/>, by its id.</summary>
    public const string Alert = "alert";

    /// <summary>The rollout that it was set for alone: its plan, or a freeze set aside for it. Null where it is for none, or for more.</summary>
    [JsonIgnore]
    public string? Rollout => Kind == Override || DocumentId.KindNamed(Kind) is DocumentFields.RolloutKind ? Name : null;
}
