using System.Text;
using Haldane.Core.Specification;
using Haldane.Gateway.Observation.Text;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Copies;

/// <summary>Reads what a model has generated from the answer that was kept, streamed or not.</summary>
internal static class CopyText
{
    /// <summary>Reads it as the relay reads an answer while it passes: who says in a good answer that it failed, or is cut, has failed.</summary>
    public static void Read(Call call, CopyAnswer answer, PriceSpec? price)
    {
        if (!call.IsText() || answer is not { IsAnswered: true, Status: >= 200 and < 300, IsUnknown: false })
        {
            return;
        }

        using var reading = Reading(call, answer.Type, answer.Body.Span);
        var read = reading.Generation;
        if (read.IsFailed || reading.IsCut)
        {
            answer.Outcome = read.IsFailed ? Outcome.Erred : Outcome.Broken;
            return;
        }

        answer.Facts = GenerationFacts.Of(read, price, double.NaN);
        answer.Text = Said(read);
    }

    /// <summary>What was generated: the text, then each call of a tool on a line; null where that cannot be told.</summary>
    public static string? Of(Call call, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (!call.IsText())
        {
            return null;
        }

        using var reading = Reading(call, type, body);
        return Said(reading.Generation);
    }

    private static TextReading Reading(Call call, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        var reading = new TextReading();
        reading.Begin(call, type);
        if (reading.IsStream)
        {
            reading.See(body);
            reading.End();
        }
        else
        {
            reading.Read(body);
        }

        return reading;
    }

    private static string? Said(Generation read)
    {
        if (read.IsUnread || !read.IsTextWhole)
        {
            return null;
        }

        var said = new StringBuilder(Encoding.UTF8.GetString(read.Text));
        for (var i = 0; i < read.ToolCount; i++)
        {
            said.Append('\n').Append(Encoding.UTF8.GetString(read.Tool(i).Name)).Append(' ').Append(Encoding.UTF8.GetString(read.Tool(i).Arguments));
        }

        return said.ToString();
    }
}
