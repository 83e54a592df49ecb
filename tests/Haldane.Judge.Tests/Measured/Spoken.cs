using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Measured;

/// <summary>A measurement that says what it is told; its evidence grows with the factor.</summary>
internal sealed class Spoken(GuardSpec guard) : Measurement(Of(guard))
{
    public double FailNow { get; set; }

    public double PassNow { get; set; }

    public Reading Numbers { get; init; }

    public string? WhatIsMissing { get; init; }

    public string? WhatIsBroken { get; init; }

    public double? Same { get; init; }

    public bool HasDirection { get; init; }

    public double CountAsOne { get; init; } = 1;

    public bool Anew { get; init; }

    public override string CountedBy => "things";

    public override bool StartsAnew => Anew;

    protected override string Margin => "so much is the margin";

    protected override double? NoDifference => Same;

    protected override bool AmountsHaveDirection => HasDirection;

    protected override DesignEffect Effect => new(1, CountAsOne);

    public override Reading Read() => Numbers;

    public override string? Missing() => WhatIsMissing;

    public override string? Broken() => WhatIsBroken;

    protected override void Take(EvidenceSlice slice)
    {
    }

    protected override Evidence Weigh(double factor) => new(factor * FailNow, factor * PassNow);

    protected override string Headline(Reading reading) => "seen";

    protected override string Amount(double value) => $"<{value}>";

    private static Question Of(GuardSpec guard) => new()
    {
        Guard = guard,
        Cell = 0,
        Where = "",
        Stages = Slices.Rollout([guard], 20).Stages,
        BySubject = true,
        Signals = new(),
        Classes = [],
        FailAt = Asked.FailAt,
        PassAt = Asked.PassAt,
        Totals = new(1, default),
        Shares = new(),
    };
}
