using System.Text.Json;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Reads the reference values of <c>Oracles/</c>, and counts what was compared.</summary>
internal static class Oracle
{
    public static List<JsonElement> Cases(string name)
    {
        using var stream = typeof(Oracle).Assembly.GetManifestResourceStream(name)!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).AsNumber();

    public static double AsNumber(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? double.Parse(element.GetString()!) : element.GetDouble();

    public static double[] Numbers(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.AsNumber())];

    public static long[] Counts(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => (long)e.GetDouble())];

    /// <summary>Fails unless the two agree to a relative or absolute tolerance.</summary>
    public static void Agrees(double expected, double actual, double tolerance = 1e-9) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), $"expected {expected:R}, got {actual:R}");
}
