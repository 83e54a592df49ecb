namespace Haldane.Core.Tests.Specification;

public sealed class BrokenSpecificationTests
{
    public static TheoryData<Mistake> All { get; } =
    [
        .. Mistakes.Structure, .. Mistakes.Names, .. Mistakes.Models, .. StageMistakes.All, .. StageMistakes.Presets, .. Mistakes.Guards, .. Mistakes.Signals, .. Mistakes.Syntax,
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void A_mistake_is_named_with_its_place_and_its_cure(Mistake mistake)
    {
        var result = Samples.Read(Samples.With(mistake.Find, mistake.Replace));

        Assert.Null(result.Set);
        var error = Assert.Single(result.Errors);
        Assert.Equal((mistake.Line, mistake.Column, mistake.Path, mistake.Says), (error.Line, error.Column, error.Path, error.Message));
    }
}
