using Haldane.Core.Specification;
using Haldane.Gateway.Counting;

namespace Haldane.Gateway.Observation.Text;

/// <summary>What is counted of a generated answer that came whole.</summary>
/// <param name="Events">What happened.</param>
/// <param name="Values">The numbers that were read.</param>
internal readonly record struct GenerationFacts(AnswerEvents Events, AnswerValues Values)
{
    /// <summary>From what was read.</summary>
    /// <param name="read">The answer.</param>
    /// <param name="price">What the version's tokens cost; null: not known.</param>
    /// <param name="generating">Seconds between the first and the last piece that was generated; not a number where it is not known.</param>
    public static GenerationFacts Of(Generation read, PriceSpec? price, double generating)
    {
        if (read.IsUnread)
        {
            return new(AnswerEvents.None, AnswerValues.None);
        }

        var events = AnswerEvents.None;
        events |= read is { HasText: false, ToolCount: 0, IsRefused: false } ? AnswerEvents.Empty : AnswerEvents.None;
        events |= read.IsRefused ? AnswerEvents.ModelRefusal : AnswerEvents.None;
        events |= read.IsTruncated ? AnswerEvents.Truncated : AnswerEvents.None;
        return new(events, new(
            Known(read.InputTokens),
            Known(read.OutputTokens),
            read.Length,
            read.OutputTokens > 1 ? generating * 1_000 / (read.OutputTokens - 1) : double.NaN,
            CostOf(read, price)));
    }

    private static double Known(long count) => count < 0 ? double.NaN : count;

    private static double CostOf(Generation read, PriceSpec? price)
    {
        const double Million = 1e6;
        if (price is null || read.InputTokens < 0 || read.OutputTokens < 0)
        {
            return double.NaN;
        }

        var cached = Math.Min(read.CachedTokens, read.InputTokens);
        return ((read.InputTokens - cached) * price.Input + cached * price.Cached + read.OutputTokens * price.Output) / Million;
    }
}
