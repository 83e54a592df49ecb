using System.Globalization;
using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>A way in which this server is told to be bad. Closed list; samples/README.md says what each one does.</summary>
internal abstract record Fault
{
    private Fault() { }

    /// <summary>This share of infer calls answers 500.</summary>
    public sealed record Errors(double Share) : Fault;

    /// <summary>The 99th percentile of the service time is this many times higher; the median stays.</summary>
    public sealed record SlowTail(double Factor) : Fault;

    /// <summary>Amounts are taken for dollars when they are cents.</summary>
    public sealed record MisreadAmount : Fault;

    /// <summary>The accuracy is this much lower (0.08 is eight points); the class mix stays.</summary>
    public sealed record Wrong(double Points) : Fault;

    /// <summary>Answers for one country are inverted, as far as its class mix allows.</summary>
    public sealed record WrongIn(Country Country) : Fault;

    /// <summary>Reads <c>name</c> or <c>name:value</c>; says what is wrong if it cannot.</summary>
    public static bool TryParse(string text, out Fault fault, out string mistake)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        var isNumber = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        Fault? parsed = name switch
        {
            "errors" when isNumber && number is >= 0 and <= 1 => new Errors(number),
            "slow-tail" when isNumber && number is >= 1 and <= 100 => new SlowTail(number),
            "misread-amount" when colon < 0 => new MisreadAmount(),
            "wrong" when isNumber && number is >= 0 and <= 1 => new Wrong(number),
            "wrong-in" when Wire.TryCountry(value, out var country) => new WrongIn(country),
            _ => null,
        };
        fault = parsed!;
        mistake = parsed is null
            ? $"fault '{text}' is not one of errors:0..1, slow-tail:1..100, misread-amount, wrong:0..1, wrong-in:MY|SG|ID"
            : "";
        return parsed is not null;
    }
}
