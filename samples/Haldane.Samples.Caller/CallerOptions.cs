using Haldane.Samples.Payments;

namespace Haldane.Samples.Caller;

/// <summary>What traffic to make; the defaults are those of the command line.</summary>
internal sealed record CallerOptions
{
    public Uri Target { get; init; } = new("http://127.0.0.1:8080");

    public string Model { get; init; } = "fraud";

    /// <summary>Where outcomes are reported; nowhere if null.</summary>
    public Uri? Feedback { get; init; }

    /// <summary>Calls a second, on average.</summary>
    public double Rate { get; init; } = 2_000;

    /// <summary>How long the rate grows evenly from nothing; not at all if null.</summary>
    public TimeSpan? RampUp { get; init; }

    public int Seed { get; init; } = 1;

    public int Subjects { get; init; } = PaymentProcess.DefaultSubjects;

    public LabelDelay LabelDelay { get; init; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(14));

    /// <summary>When to end; never if null.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>When to stop calling without ending; never if null.</summary>
    public TimeSpan? SilentAfter { get; init; }

    /// <summary>One line a second on standard error.</summary>
    public bool Verbose { get; init; }
}

/// <summary>How long after the answer the outcome of a payment is known: uniform between two times.</summary>
internal readonly record struct LabelDelay(TimeSpan Shortest, TimeSpan Longest)
{
    public TimeSpan Draw(Random random) => Shortest + (Longest - Shortest) * random.NextDouble();

    /// <summary>As it is written on the command line.</summary>
    public override string ToString() => $"{Shortest.TotalSeconds}..{Longest.TotalSeconds}";

    /// <summary>Reads <c>10..14</c> or <c>10</c>, in seconds.</summary>
    public static bool TryParse(string text, out LabelDelay delay)
    {
        var parts = text.Split("..");
        var (low, high) = (double.NaN, double.NaN);
        var isRead = parts.Length is 1 or 2 && double.TryParse(parts[0], out low) && double.TryParse(parts[^1], out high);
        var isValid = isRead && low >= 0 && low <= high && high <= 3_600;
        delay = isValid ? new(TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high)) : default;
        return isValid;
    }
}
