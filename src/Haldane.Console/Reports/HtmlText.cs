using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Haldane.Console.Reports;

/// <summary>Text that is markup already; everything else is written so that it cannot be.</summary>
/// <param name="Text">The markup.</param>
internal readonly record struct Markup(string Text);

/// <summary>Writes HTML that is well-formed XML too: what stands in the source is markup, what is put into it is text.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class HtmlText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Writes on.</summary>
    public HtmlText Add([InterpolatedStringHandlerArgument("")] ref Handler text)
    {
        _ = text;
        return this;
    }

    /// <summary>Writes a part for each item.</summary>
    public HtmlText Each<T>(IEnumerable<T> items, Action<T> write)
    {
        foreach (var item in items)
        {
            write(item);
        }

        return this;
    }

    /// <summary>A link to another section of the same page.</summary>
    public static Markup Link(string id, string text) => new($"<a href=\"#{Encoded(id)}\">{Encoded(text)}</a>");

    /// <summary>All of it.</summary>
    public Markup ToMarkup() => new(_text.ToString());

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    // XML has no place for control characters, however they are written.
    private static string Encoded(string text) => Encoder.Encode(text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text);

    /// <summary>Takes the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly StringBuilder _text;

        /// <summary>Called by the compiler.</summary>
        public Handler(int literalLength, int formattedCount, HtmlText into)
        {
            _ = (literalLength, formattedCount);
            _text = into._text;
        }

        /// <summary>Markup of ours.</summary>
        public void AppendLiteral(string markup) => _text.Append(markup);

        /// <summary>Text of anybody's.</summary>
        public void AppendFormatted(string? text) => _text.Append(Encoded(text ?? ""));

        /// <summary>Markup that was written by another.</summary>
        public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

        /// <summary>A whole number.</summary>
        public void AppendFormatted(long number) => _text.Append(number);

        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double number) => _text.Append(number.ToString("0.##"));

        /// <summary>A word of ours.</summary>
        public void AppendFormatted(Enum word) => _text.Append(Encoded(word.ToString()));
    }
}
