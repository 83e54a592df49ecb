using System.Text;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Shadow.Comparison;

/// <summary>Tells whether two answers to one request are alike.</summary>
/// <remarks>
/// By the predicted class where the model has one; generated text, streamed or not, by what was said and which tools were called. Else by what they say: as JSON but for what is ignored, or as texts. Answers of different families of status are never alike. Immutable; any thread.
/// </remarks>
internal sealed class AnswerComparison(ShadowSpec spec, bool byClass)
{
    private readonly JsonComparison _json = new(new(spec.Ignore), spec.Tolerance, spec.Similarity, spec.Cosine);

    /// <summary>Compares two answers.</summary>
    /// <param name="one">The baseline's.</param>
    /// <param name="other">The other one.</param>
    /// <param name="detail">Whether what differs is to be named even where the class decides.</param>
    /// <returns>Null when they cannot be compared: one failed, or is too large or encoded.</returns>
    public PairResult? Compare(CopyAnswer one, CopyAnswer other, bool detail)
    {
        if (!one.IsAnswered || !other.IsAnswered)
        {
            return null;
        }

        if (one.Status / 100 != other.Status / 100)
        {
            return new(true);
        }

        if (one.Status >= 300)
        {
            // Both refuse it; the words of a refusal are nobody's prediction.
            return new(false);
        }

        if (one.Text is { } first && other.Text is { } second)
        {
            return ByText(first, second);
        }

        return byClass ? ByClass(one, other, detail) : ByContent(one, other);
    }

    private PairResult? ByClass(CopyAnswer one, CopyAnswer other, bool detail)
    {
        var (first, second) = (one.Prediction ?? Prediction.Unread, other.Prediction ?? Prediction.Unread);
        var isBatch = one.Rows.Count > 0 || other.Rows.Count > 0;
        if (!isBatch && first.Class == ExchangeToken.NoClass && second.Class == ExchangeToken.NoClass)
        {
            return null;
        }

        var differs = isBatch ? !one.Rows.AreOfClassesOf(other.Rows) : first.Class != second.Class;
        var content = differs && detail ? ByContent(one, other) : null;
        return (content ?? new(differs)) with
        {
            Differs = differs,
            ConfidenceDifference = first.Confidence is { } a && second.Confidence is { } b ? Math.Abs(a - b) : null,
        };
    }

    private PairResult? ByContent(CopyAnswer one, CopyAnswer other)
    {
        if (one.IsUnknown || other.IsUnknown)
        {
            return null;
        }

        if (one.Body.Span.SequenceEqual(other.Body.Span))
        {
            return new(false);
        }

        if (_json.Compare(one.Body, other.Body) is { } json)
        {
            return json;
        }

        if (IsStreamed(one.Body.Span) || IsStreamed(other.Body.Span))
        {
            // Events carry ids and times, and fall into other pieces each time: as texts they would never be alike.
            return null;
        }

        return ByText(Encoding.UTF8.GetString(one.Body.Span), Encoding.UTF8.GetString(other.Body.Span));
    }

    private PairResult ByText(string one, string other)
    {
        var alike = TextSimilarity.Of(one, other);
        return new(alike < spec.Similarity) { Similarity = alike };
    }

    // Server-sent events, or JSON that is no single document.
    private static bool IsStreamed(ReadOnlySpan<byte> body)
    {
        var start = body.TrimStart(" \r\n\t"u8);
        return start.StartsWith("{"u8) || start.StartsWith("["u8) || start.StartsWith("data:"u8) || start.StartsWith("event:"u8) || start.StartsWith(":"u8);
    }
}
