using System.Globalization;
using System.Net;
using System.Text;

namespace Haldane.Characteristics.Report;

/// <summary>Draws simple pictures as SVG, on white.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _body = new();
    private readonly double _width, _height;

    /// <summary>An empty picture of so many pixels.</summary>
    public Svg(double width, double height) => (_width, _height) = (width, height);

    /// <summary>A text; <paramref name="anchor"/> is start, middle or end.</summary>
    public void Text(double x, double y, string text, double size = 11, string color = "#333", string anchor = "start", bool bold = false) => Line(
        $"<text x='{N(x)}' y='{N(y)}' font-size='{N(size)}' fill='{color}' text-anchor='{anchor}'{(bold ? " font-weight='bold'" : "")}>{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>A straight line.</summary>
    public void Rule(double x1, double y1, double x2, double y2, string color = "#ddd", double width = 1) =>
        Line($"<line x1='{N(x1)}' y1='{N(y1)}' x2='{N(x2)}' y2='{N(y2)}' stroke='{color}' stroke-width='{N(width)}'/>");

    /// <summary>A dot.</summary>
    public void Dot(double x, double y, string color, double radius = 4.5) => Line($"<circle cx='{N(x)}' cy='{N(y)}' r='{N(radius)}' fill='{color}'/>");

    /// <summary>A line through points.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string color, double width = 1.8) =>
        Line($"<polyline fill='none' stroke='{color}' stroke-width='{N(width)}' points='{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}'/>");

    /// <summary>Writes the file.</summary>
    public void Save(string path) => File.WriteAllText(path, $"""
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {N(_width)} {N(_height)}' width='{N(_width)}' height='{N(_height)}' font-family='sans-serif'>
        <rect width='100%' height='100%' fill='white'/>
        {_body}</svg>

        """);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private void Line(string element) => _body.Append(element).Append('\n');
}
