namespace Haldane.Gateway.Counting;

/// <summary>The numbers that were read of an answer; not a number for what was not.</summary>
/// <param name="InputTokens">See <see cref="Core.Evidence.GatewayValues"/>.</param>
/// <param name="OutputTokens">The same.</param>
/// <param name="OutputLength">The same.</param>
/// <param name="TimePerToken">The same.</param>
/// <param name="Cost">The same.</param>
/// <param name="BatchSize">The same.</param>
internal readonly record struct AnswerValues(double InputTokens, double OutputTokens, double OutputLength, double TimePerToken, double Cost, double BatchSize = double.NaN)
{
    /// <summary>Nothing was read.</summary>
    public static readonly AnswerValues None = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>By the index in <see cref="Core.Evidence.GatewayValues.All"/>.</summary>
    public double this[int index] => index switch
    {
        0 => InputTokens,
        1 => OutputTokens,
        2 => OutputLength,
        3 => TimePerToken,
        4 => Cost,
        _ => BatchSize,
    };
}
