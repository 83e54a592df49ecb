using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>about</c>.</summary>
internal static class AboutFields
{
    /// <summary>What an inventory says of a model.</summary>
    public static readonly MappingShape<AboutSpec> About = new(
        "an inventory's entry such as { owner: payments-risk, purpose: \"…\", risk: limited, data: \"…\" }",
        new(),
        [
            Field<AboutSpec, string>.Optional("owner", Texts.Line, (a, v) => a with { Owner = v }, "Who answers for the model."),
            Field<AboutSpec, string>.Optional("purpose", Texts.Line, (a, v) => a with { Purpose = v }, "What it is for."),
            Field<AboutSpec, RiskClass>.Optional(
                "risk",
                new ChoiceShape<RiskClass>(("minimal", RiskClass.Minimal), ("limited", RiskClass.Limited), ("high", RiskClass.High)),
                (a, v) => a with { Risk = v },
                "How much harm it can do. With high, each rollout needs a stage with approval, and who started it cannot approve it. Default: not classified."),
            Field<AboutSpec, string>.Optional("data", Texts.Line, (a, v) => a with { Data = v }, "What data it was made from and works on."),
        ]);
}
