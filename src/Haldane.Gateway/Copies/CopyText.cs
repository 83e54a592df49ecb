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

        using var reading = new TextReading();
        reading.Begin(call, answer.Type);
        if (reading.IsStream)
        {
            reading.See(answer.Body.Span);
            reading.End();
        }
        else
        {
            reading.Read(answer.Body.Span);
        }

        var read = reading.Generation;
        if (read.IsFailed || reading.IsCut)
        {
            answer.Outcome = read.IsFailed ? Outcome.Erred : Outcome.Broken;
            return;
        }

        answer.Facts = GenerationFacts.Of(read, price, double.NaN);
        answer.Text = read.IsUnread || !read.IsTextWhole ? null : Said(read);
    }

    private static string Said(Generation read)
    {
        var said = new StringBuilder(Encoding.UTF8.GetString(read.Text));
        for (var i = 0; i < read.ToolCount; i++)
        {
            said.Append('\n').Append(Encoding.UTF8.GetString(read.Tool(i).Name)).Append(' ').Append(Encoding.UTF8.GetString(read.Tool(i).Arguments));
        }

        return said.ToString();
    }
}
