using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Specification;

namespace Haldane.Gateway.Observation;

/// <summary>Draws one feature of an answer, with a chance that is its part of the sizes of all attributions. Never throws: what cannot be read is unread.</summary>
/// <remarks>
/// <para>So each answer counts once, whatever its attributions come to, and the chance of a feature is the mean of its parts over all answers: what is known of the counts of predicted classes holds for these too. Signs do
/// not count: attributions as of Lundberg and Lee, "A unified approach to interpreting model predictions" (2017), are above 0 where a feature spoke for the answer, and below where it spoke against it.</para>
/// <para>Immutable; any number of threads. The numbers are read twice, first for their sum, and nothing is allocated.</para>
/// </remarks>
internal sealed class AttributionReader(AttributionSpec spec)
{
    /// <summary>No feature.</summary>
    public const int Unread = -1;

    // Any more are unread: the first thousands would speak for the rest, which may be what has changed.
    private const int MostNumbers = 4_096;

    // Apart from what else is drawn by the same number: whether the exchange is copied, and its endpoint.
    private const ulong Salt = 0xA77B_0000_0000_0000;

    // The two versions of a shadow pair draw apart: by one number, those that only write their features in another order would always draw different ones.
    private const ulong OfCanary = 0x0000_0001_0000_0000;

    private readonly ClassNames _features = new(spec.Features);
    private readonly JsonPointer _place = JsonPointer.Parse(spec.Response);

    /// <summary>Draws.</summary>
    /// <param name="body">The body of the answer.</param>
    /// <param name="form">What its head says.</param>
    /// <param name="nonce">The exchange's own number; the same one draws the same.</param>
    /// <param name="arm">Whose answer it is.</param>
    /// <returns>The index of the feature, their count for <c>other</c>, or <see cref="Unread"/>.</returns>
    public int Draw(ReadOnlySpan<byte> body, in AnswerForm form, uint nonce, Arm arm)
    {
        try
        {
            return !form.IsGrpc && form.TryPart(body, out var json, out _) && _place.TryRead(json, out var reader) && TrySum(reader, out var sum)
                ? FeatureAt(reader, sum * Fraction(nonce ^ Salt ^ (arm == Arm.Canary ? OfCanary : 0)))
                : Unread;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // As in AnswerReader.
            return Unread;
        }
    }

    // From 0 to just below 1.
    private static double Fraction(ulong number) => (SplitMix.Scramble(number) >> 11) * (1.0 / (1UL << 53));

    private static bool TrySum(Utf8JsonReader reader, out double sum)
    {
        sum = 0;
        var (isObject, count) = (reader.TokenType == JsonTokenType.StartObject, 0);
        if (!isObject && reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            if ((isObject && !reader.Read()) || ++count > MostNumbers || reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var number))
            {
                return false;
            }

            sum += Math.Abs(number);
        }

        return double.IsNormal(sum);
    }

    // The feature at whose number the sum of sizes passes a point below the whole: it is added up in the same order as that was.
    private int FeatureAt(Utf8JsonReader reader, double point)
    {
        var (isObject, sum) = (reader.TokenType == JsonTokenType.StartObject, 0.0);
        for (var i = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray); i++)
        {
            var name = reader;
            if (isObject)
            {
                reader.Read();
            }

            sum += Math.Abs(reader.GetDouble());
            if (sum > point)
            {
                return isObject ? _features.Of(ref name) : _features.Of(i);
            }
        }

        // Never here: a part of a normal number is less than all of it.
        return Unread;
    }
}
