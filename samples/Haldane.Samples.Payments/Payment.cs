namespace Haldane.Samples.Payments;

/// <summary>Where the card was issued.</summary>
public enum Country
{
    Malaysia,
    Singapore,
    Indonesia,
}

/// <summary>What the card was used with.</summary>
public enum Device
{
    Phone,
    Web,
    Terminal,
}

/// <summary>What a model is asked about: a card payment that a rule engine already put aside for review.</summary>
/// <param name="Amount">In US dollars, whole cents.</param>
/// <param name="Country">Where the card was issued.</param>
/// <param name="Device">What the card was used with.</param>
public readonly record struct Payment(double Amount, Country Country, Device Device);

/// <summary>A payment as the world knows it in the end: whose card, and whether it was fraud.</summary>
public readonly record struct PaymentCase(int Subject, Payment Payment, bool IsFraud);

/// <summary>The words that stand for a payment on the wire.</summary>
public static class Wire
{
    /// <summary>How many countries there are.</summary>
    public const int Countries = 3;

    /// <summary>How many devices there are.</summary>
    public const int Devices = 3;

    /// <summary>The label of a payment that is fraud.</summary>
    public const string Fraud = "fraud";

    /// <summary>The label of a payment that is not.</summary>
    public const string Legit = "legit";

    private static readonly string[] CountryCodes = ["MY", "SG", "ID"];
    private static readonly string[] DeviceNames = ["phone", "web", "terminal"];

    /// <summary>The two-letter code of a country.</summary>
    public static string Code(Country country) => CountryCodes[(int)country];

    /// <summary>The name of a device.</summary>
    public static string Name(Device device) => DeviceNames[(int)device];

    /// <summary>The label of an outcome.</summary>
    public static string Label(bool isFraud) => isFraud ? Fraud : Legit;

    /// <summary>Reads a two-letter code; upper case only.</summary>
    public static bool TryCountry(string code, out Country country)
    {
        var index = Array.IndexOf(CountryCodes, code);
        country = (Country)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>The card number of a subject, as callers send it.</summary>
    public static string Card(int subject) => $"card-{subject:D6}";
}
