namespace Haldane.Judge.Tests;

/// <summary>How numbers are put into words.</summary>
public sealed class SayTests
{
    [Theory]
    [InlineData(0, "0 pairs in this stage, 10 are the least")]
    [InlineData(9, "9 pairs in this stage, 10 are the least")]
    [InlineData(10, null)]
    [InlineData(2_000, null)]
    public void Fewer_than_ten_are_too_few(long seen, string? said) => Assert.Equal(said, Say.FewerThanNeeded(seen, "pairs"));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(6_912, "6,912")]
    [InlineData(1_234_567, "1,234,567")]
    public void Counts_have_separators_and_no_decimals(long count, string said) => Assert.Equal(said, Say.Count(count));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.012345, "0.0123")]
    [InlineData(44.1234, "44.1")]
    [InlineData(44, "44")]
    [InlineData(1_240, "1,240")]
    [InlineData(12_345.6, "12,346")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(-1_234.5678, "-1,235")]
    [InlineData(1, "1")]
    [InlineData(0.1, "0.1")]
    [InlineData(9.999, "10")]
    [InlineData(0.000000123456, "0.000000123")]
    [InlineData(1e-12, "0")]
    public void Numbers_have_three_digits_and_no_exponent(double value, string said) => Assert.Equal(said, Say.Number(value));

    [Theory]
    [InlineData(1, "2")]
    [InlineData(2, "1.6")]
    [InlineData(5, "1.6181")]
    public void As_many_digits_are_said_as_were_asked_for(int digits, string said) => Assert.Equal(said, Say.Number(1.618139, digits).TrimEnd('0'));

    [Theory]
    [InlineData(0.0052, "0.52 %")]
    [InlineData(0, "0 %")]
    [InlineData(1, "100 %")]
    public void Fractions_are_said_in_percent(double fraction, string said) => Assert.Equal(said, Say.Percent(fraction));

    [Theory]
    [InlineData(1.391, "39 % higher")]
    [InlineData(0.95, "5 % lower")]
    [InlineData(3, "200 % higher")]
    [InlineData(0, "100 % lower")]
    [InlineData(1, "the same")]
    [InlineData(1 + 1e-13, "the same")]
    public void Ratios_are_said_as_a_change(double ratio, string said) => Assert.Equal(said, Say.Change(ratio));

    [Theory]
    [InlineData(6.123, "6.1 times", "6.1 times the baseline")]
    [InlineData(0.5, "0.5 times", "0.5 times the baseline")]
    [InlineData(1.1, "1.1 times", "1.1 times the baseline")]
    [InlineData(1.04, "1 times", "as the baseline")]
    [InlineData(1, "1 times", "as the baseline")]
    public void Ratios_are_said_as_times(double ratio, string times, string compared) => Assert.Equal((times, compared), (Say.Times(ratio), Say.Compared(ratio)));

    [Theory]
    [InlineData(0, "the same")]
    [InlineData(5, "5 higher")]
    [InlineData(-5, "5 lower")]
    [InlineData(0.012345, "0.0123 higher")]
    [InlineData(-1_234.5678, "1,235 lower")]
    public void Differences_are_said_with_their_direction(double difference, string said) => Assert.Equal(said, Say.More(difference));

    [Theory]
    [InlineData(0.024, "2.4 points", "+2.4")]
    [InlineData(-0.024, "2.4 points", "-2.4")]
    [InlineData(0.01, "1 point", "+1")]
    [InlineData(-0.01, "1 point", "-1")]
    [InlineData(0.5, "50 points", "+50")]
    [InlineData(0, "0 points", "0")]
    public void Differences_of_fractions_are_said_in_points(double difference, string points, string signed) =>
        Assert.Equal((points, signed), (Say.Points(difference), Say.Signed(difference)));

    [Theory]
    [InlineData(0.000335, "335 us")]
    [InlineData(0.000999, "999 us")]
    [InlineData(0.001, "1 ms")]
    [InlineData(0.0441, "44.1 ms")]
    [InlineData(0.999, "999 ms")]
    [InlineData(1, "1 s")]
    [InlineData(2.5, "2.5 s")]
    [InlineData(1_240, "1,240 s")]
    public void Latencies_have_the_unit_that_fits(double seconds, string said) => Assert.Equal(said, Say.Seconds(seconds));

    [Theory]
    [InlineData(0, "the same")]
    [InlineData(0.012, "12 ms higher")]
    [InlineData(-0.012, "12 ms lower")]
    [InlineData(-2, "2 s lower")]
    public void Differences_of_latencies_have_a_unit_and_a_direction(double difference, string said) => Assert.Equal(said, Say.SecondsMore(difference));

    [Theory]
    [InlineData(0.25, "0.25 s")]
    [InlineData(14, "14 s")]
    [InlineData(119, "119 s")]
    [InlineData(120, "2 min")]
    [InlineData(150, "2.5 min")]
    [InlineData(7_199, "120 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(9_000, "2.5 h")]
    public void Stretches_of_time_have_the_unit_that_fits(double seconds, string said) => Assert.Equal(said, Say.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.5, "p50")]
    [InlineData(0.95, "p95")]
    [InlineData(0.999, "p99.9")]
    [InlineData(0.99999, "p99.999")]
    public void Quantiles_are_named_by_their_percent(double quantile, string said) => Assert.Equal(said, Say.Quantile(quantile));

    [Fact]
    public void An_aside_tells_of_proven_harm_and_of_suspects()
    {
        Assert.Null(Say.Aside([], []));
        Assert.Equal("harm is proven in region eu, device ios too", Say.Aside(["region eu", "device ios"], []));
        Assert.Equal("worth a look: region us, region ap", Say.Aside([], ["region us", "region ap"]));
        Assert.Equal("harm is proven in region eu too; worth a look: region us", Say.Aside(["region eu"], ["region us"]));
    }
}
