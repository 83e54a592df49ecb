namespace Haldane.Samples.Payments;

/// <summary>Draws payments, one after the other, from a fixed population of cards.</summary>
/// <remarks>
/// The same <see cref="Random"/> gives the same payments. One thread at a time. Cards are drawn uniformly; a card's country never
/// changes (MY 50 %, SG 35 %, ID 15 %); device (phone 45 %, web 35 %, terminal 20 %) and amount are drawn anew for each payment.
/// </remarks>
public sealed class PaymentProcess
{
    /// <summary>How many cards there are if nobody says otherwise.</summary>
    public const int DefaultSubjects = 200_000;

    private readonly Random _random;
    private readonly int _subjects;

    /// <summary>A process that draws from <paramref name="random"/>.</summary>
    public PaymentProcess(Random random, int subjects = DefaultSubjects)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(subjects);
        _random = random;
        _subjects = subjects;
    }

    /// <summary>The country that a card belongs to.</summary>
    public static Country CountryOf(int subject) => (Scramble.Of((ulong)subject) % 100) switch
    {
        < 50 => Country.Malaysia,
        < 85 => Country.Singapore,
        _ => Country.Indonesia,
    };

    /// <summary>The next payment and its true outcome.</summary>
    public PaymentCase Next()
    {
        var subject = _random.Next(_subjects);
        var country = CountryOf(subject);
        var device = _random.NextDouble() switch
        {
            < 0.45 => Device.Phone,
            < 0.80 => Device.Web,
            _ => Device.Terminal,
        };
        var payment = new Payment(Amounts.Of(country).At(Normal.Next(_random)), country, device);
        return new(subject, payment, _random.NextDouble() < FraudRisk.Probability(payment));
    }

    /// <summary>The next <paramref name="count"/> payments.</summary>
    public PaymentCase[] Take(int count)
    {
        var cases = new PaymentCase[count];
        foreach (ref var one in cases.AsSpan())
        {
            one = Next();
        }

        return cases;
    }
}

/// <summary>Standard normal numbers.</summary>
public static class Normal
{
    /// <summary>One number, by Box and Muller; the second of the pair is thrown away so that there is no state.</summary>
    public static double Next(Random random)
    {
        var radius = Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble()));
        return radius * Math.Cos(2.0 * Math.PI * random.NextDouble());
    }
}

/// <summary>A hash that is the same in every process, unlike <see cref="object.GetHashCode"/>.</summary>
public static class Scramble
{
    /// <summary>Mixes all bits (the finaliser of SplitMix64: Steele, Lea and Flood, 2014).</summary>
    public static ulong Of(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A number in [0, 1) that depends on the payment and the seed only.</summary>
    public static double Unit(in Payment payment, ulong seed)
    {
        var features = BitConverter.DoubleToUInt64Bits(payment.Amount) ^ Of(((ulong)payment.Country << 8) | (ulong)payment.Device);
        return (Of(features ^ Of(seed)) >> 11) * (1.0 / (1UL << 53));
    }
}
