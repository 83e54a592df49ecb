using Haldane.Samples.Payments;

namespace Haldane.Samples.Tests;

public sealed class PaymentProcessTests
{
    [Fact]
    public void The_same_seed_gives_the_same_payments()
    {
        var first = new PaymentProcess(new Random(5)).Take(1_000);
        var second = new PaymentProcess(new Random(5)).Take(1_000);
        var other = new PaymentProcess(new Random(6)).Take(1_000);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void A_card_never_changes_its_country()
    {
        var cases = new PaymentProcess(new Random(5), subjects: 100).Take(5_000);

        Assert.All(cases, one => Assert.Equal(PaymentProcess.CountryOf(one.Subject), one.Payment.Country));
        Assert.All(cases, one => Assert.InRange(one.Subject, 0, 99));
    }

    [Theory]
    [InlineData(Country.Malaysia, 0.50)]
    [InlineData(Country.Singapore, 0.35)]
    [InlineData(Country.Indonesia, 0.15)]
    public void Countries_have_their_share_of_payments_and_a_fraud_share_near_thirty_percent(Country country, double share)
    {
        var of = Sample.Fresh.Where(one => one.Payment.Country == country).ToArray();

        Assert.Equal(share, (double)of.Length / Sample.Fresh.Length, 0.02);
        Assert.InRange(of.Average(one => one.IsFraud ? 1.0 : 0.0), 0.25, 0.35);
    }

    [Theory]
    [InlineData(Device.Phone, 0.45)]
    [InlineData(Device.Web, 0.35)]
    [InlineData(Device.Terminal, 0.20)]
    public void Devices_have_their_share_of_payments(Device device, double share)
    {
        var seen = Sample.Fresh.Count(one => one.Payment.Device == device);

        Assert.Equal(share, (double)seen / Sample.Fresh.Length, 0.02);
    }

    [Theory]
    [InlineData(Country.Malaysia, 60.0)]
    [InlineData(Country.Singapore, 110.0)]
    [InlineData(Country.Indonesia, 35.0)]
    public void Half_of_the_amounts_of_a_country_are_above_its_median(Country country, double median)
    {
        var amounts = Sample.Fresh.Where(one => one.Payment.Country == country).Select(one => one.Payment.Amount).ToArray();

        Assert.Equal(0.5, amounts.Average(amount => amount > median ? 1.0 : 0.0), 0.03);
    }
}
