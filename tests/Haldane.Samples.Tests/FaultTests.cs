using Haldane.Samples.ModelServer;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Tests;

/// <summary>Shares over 20,000 payments: their standard error is at most 0.0035, in Indonesia 0.009.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(ModelKind.Logistic)]
    [InlineData(ModelKind.Boosted)]
    public void A_misread_amount_makes_nearly_everything_fraud(ModelKind kind)
    {
        var answers = Sample.Answers(kind, new Fault.MisreadAmount());

        Assert.InRange(answers.FraudShare(), 0.85, 1.0);
    }

    [Theory]
    [InlineData(ModelKind.Logistic, 0.02)]
    [InlineData(ModelKind.Logistic, 0.08)]
    [InlineData(ModelKind.Boosted, 0.08)]
    [InlineData(ModelKind.Boosted, 0.20)]
    public void A_wrong_server_loses_the_points_and_keeps_the_class_mix(ModelKind kind, double points)
    {
        var sound = Sample.Answers(kind);

        var wrong = Sample.Answers(kind, new Fault.Wrong(points));

        Assert.Equal(points, sound.Accuracy() - wrong.Accuracy(), 0.008);
        Assert.Equal(sound.FraudShare(), wrong.FraudShare(), 0.008);
        Assert.All(Enum.GetValues<Country>(), country => Assert.Equal(points, sound.Accuracy(country) - wrong.Accuracy(country), 0.03));
    }

    [Fact]
    public void More_points_than_the_class_mix_allows_are_refused_with_the_numbers()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Sample.Answers(ModelKind.Logistic, new Fault.Wrong(0.9)));

        Assert.Contains("wrong:0.9", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelKind.Logistic)]
    [InlineData(ModelKind.Boosted)]
    public void A_server_that_is_wrong_in_one_country_is_worse_than_a_coin_there_and_the_same_elsewhere(ModelKind kind)
    {
        var sound = Sample.Answers(kind);

        var wrong = Sample.Answers(kind, new Fault.WrongIn(Country.Indonesia));

        Assert.InRange(wrong.Accuracy(Country.Indonesia), 0.35, 0.50);
        Assert.Equal(sound.FraudShare(Country.Indonesia), wrong.FraudShare(Country.Indonesia), 0.03);
        Assert.Equal(sound.Accuracy(Country.Malaysia), wrong.Accuracy(Country.Malaysia));
        Assert.Equal(sound.Accuracy(Country.Singapore), wrong.Accuracy(Country.Singapore));
    }

    [Fact]
    public void A_payment_gets_the_same_answer_each_time_also_from_a_wrong_server()
    {
        var one = Sample.Answers(ModelKind.Logistic, new Fault.Wrong(0.08));
        var two = Sample.Answers(ModelKind.Logistic, new Fault.Wrong(0.08));

        Assert.All(Sample.Fresh.Take(1_000), sample => Assert.Equal(one.Of(sample.Payment), two.Of(sample.Payment)));
    }

    [Fact]
    public void A_flipped_answer_keeps_the_confidence_of_the_model()
    {
        var sound = Sample.Answers(ModelKind.Boosted);
        var wrong = Sample.Answers(ModelKind.Boosted, new Fault.Wrong(0.2));

        Assert.All(Sample.Fresh.Take(1_000), one => Assert.Equal(sound.Of(one.Payment).Confidence, wrong.Of(one.Payment).Confidence));
    }

    [Fact]
    public void Errors_fail_that_share_of_calls()
    {
        var dice = FraudServer.DiceOf(new() { Faults = [new Fault.Errors(0.03)] });

        var failed = Enumerable.Range(0, 20_000).Count(_ => dice.Roll().Fails);

        Assert.Equal(0.03, failed / 20_000.0, 0.005);
    }

    [Fact]
    public void Calls_have_the_documented_median_and_99th_percentile()
    {
        var (median, p99) = QuantilesOf(FraudServer.DiceOf(new()));

        Assert.Equal(20.0, median, 0.2);
        Assert.Equal(35.8, p99, 0.8);
    }

    [Fact]
    public void A_slow_tail_raises_the_99th_percentile_by_its_factor_and_leaves_the_median()
    {
        var (median, p99) = QuantilesOf(FraudServer.DiceOf(new() { Faults = [new Fault.SlowTail(1.4)] }));

        Assert.Equal(20.0, median, 0.3);
        Assert.Equal(1.4 * 35.8, p99, 1.3);
    }

    [Theory]
    [InlineData("errors:0.03")]
    [InlineData("slow-tail:1.4")]
    [InlineData("misread-amount")]
    [InlineData("wrong:0.08")]
    [InlineData("wrong-in:ID")]
    public void Each_documented_fault_can_be_asked_for(string text)
    {
        Assert.True(Fault.TryParse(text, out _, out var mistake), mistake);
    }

    [Theory]
    [InlineData("errors")]
    [InlineData("errors:1.5")]
    [InlineData("slow-tail:0.5")]
    [InlineData("misread-amount:2")]
    [InlineData("wrong:x")]
    [InlineData("wrong-in:TH")]
    [InlineData("sleepy")]
    public void Anything_else_is_refused_by_name(string text)
    {
        Assert.False(Fault.TryParse(text, out _, out var mistake));
        Assert.Contains($"'{text}'", mistake, StringComparison.Ordinal);
    }

    private static (double Median, double P99) QuantilesOf(CallDice dice)
    {
        var times = Enumerable.Range(0, 100_000).Select(_ => dice.Roll().Takes.TotalMilliseconds).Order().ToArray();
        return (times[50_000], times[99_000]);
    }
}
