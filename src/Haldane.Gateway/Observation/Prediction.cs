using Haldane.Core.Exchanges;

namespace Haldane.Gateway.Observation;

/// <summary>What was read from an answer, or from a row of it.</summary>
/// <param name="Class">Index of the predicted class, their count for <c>other</c>, or <see cref="ExchangeToken.NoClass"/>.</param>
/// <param name="Confidence">In [0, 1]; null when there is none.</param>
internal readonly record struct Prediction(int Class, double? Confidence)
{
    /// <summary>Nothing could be read.</summary>
    public static readonly Prediction Unread = new(ExchangeToken.NoClass, null);
}
