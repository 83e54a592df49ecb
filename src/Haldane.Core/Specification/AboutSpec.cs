namespace Haldane.Core.Specification;

/// <summary>How much harm a model can do.</summary>
public enum RiskClass
{
    /// <summary>Nobody said.</summary>
    Unclassified,

    /// <summary>Hardly any.</summary>
    Minimal,

    /// <summary>Some.</summary>
    Limited,

    /// <summary>Much: who starts one of its rollouts cannot be the one who agrees to it.</summary>
    High,
}

/// <summary>What an inventory says of a model. Nothing that was measured depends on it.</summary>
public sealed record AboutSpec
{
    /// <summary>Who answers for it; null when nobody said.</summary>
    public string? Owner { get; init; }

    /// <summary>What it is for; null when nobody said.</summary>
    public string? Purpose { get; init; }

    /// <summary>How much harm it can do.</summary>
    public RiskClass Risk { get; init; }

    /// <summary>What data it was made from and works on; null when nobody said.</summary>
    public string? Data { get; init; }
}
