using System.Text.Json;
using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Shadow.Comparison;

/// <summary>Compares two JSON documents member by member.</summary>
/// <remarks>
/// What is ignored is passed over in both. Numbers are alike within a tolerance, texts by <see cref="TextSimilarity"/>, vectors by their cosine; arrays are compared in order, and members whatever their order.
/// Immutable; any thread.
/// </remarks>
internal sealed class JsonComparison(JsonPaths ignored, double tolerance, double similarity, double cosine)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>What differs; null unless both are JSON.</summary>
    public PairResult? Compare(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        try
        {
            using JsonDocument first = JsonDocument.Parse(one, Options), second = JsonDocument.Parse(other, Options);
            var walk = new Walk(this);
            walk.Compare(first.RootElement, second.RootElement, "");
            return walk.Result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second one is an escaped half of a surrogate pair.
            return null;
        }
    }

    /// <summary>One comparison under way.</summary>
    private sealed class Walk(JsonComparison rules)
    {
        private readonly List<string> _path = [];
        private readonly List<string> _fields = [];
        private bool _differs;
        private double? _similarity;
        private double? _cosine;

        public PairResult Result => new(_differs) { Fields = _fields, Similarity = _similarity, Cosine = _cosine };

        public void Compare(JsonElement one, JsonElement other, string name)
        {
            if (rules.IsIgnored(_path))
            {
                return;
            }

            if (Vectors.Of(one, name) is { } first && Vectors.Of(other, name) is { } second && first.Length == second.Length)
            {
                var cosine = Vectors.Cosine(first, second);
                _cosine = Math.Min(cosine, _cosine ?? 1);
                Alike(cosine >= rules.Cosine);
                return;
            }

            switch (one.ValueKind, other.ValueKind)
            {
                case (JsonValueKind.Object, JsonValueKind.Object):
                    CompareMembers(one, other);
                    break;
                case (JsonValueKind.Array, JsonValueKind.Array):
                    CompareItems(one, other);
                    break;
                case (JsonValueKind.Number, JsonValueKind.Number):
                    Alike(one.GetRawText() == other.GetRawText() || rules.AreNear(one.GetDouble(), other.GetDouble()));
                    break;
                case (JsonValueKind.String, JsonValueKind.String):
                    CompareTexts(one.GetString()!, other.GetString()!);
                    break;
                default:
                    Alike(one.ValueKind == other.ValueKind);
                    break;
            }
        }

        private void CompareMembers(JsonElement one, JsonElement other)
        {
            foreach (var member in one.EnumerateObject())
            {
                _path.Add(member.Name);
                if (other.TryGetProperty(member.Name, out var same))
                {
                    Compare(member.Value, same, member.Name);
                }
                else
                {
                    Alone();
                }

                _path.RemoveAt(_path.Count - 1);
            }

            foreach (var member in other.EnumerateObject())
            {
                if (!one.TryGetProperty(member.Name, out _))
                {
                    _path.Add(member.Name);
                    Alone();
                    _path.RemoveAt(_path.Count - 1);
                }
            }
        }

        private void CompareItems(JsonElement one, JsonElement other)
        {
            var (first, second) = (one.GetArrayLength(), other.GetArrayLength());
            for (var i = 0; i < Math.Max(first, second); i++)
            {
                _path.Add(JsonPaths.Step(i));
                if (i < first && i < second)
                {
                    Compare(one[i], other[i], "");
                }
                else
                {
                    Alone();
                }

                _path.RemoveAt(_path.Count - 1);
            }
        }

        private void CompareTexts(string one, string other)
        {
            if (one == other)
            {
                return;
            }

            var alike = TextSimilarity.Of(one, other);
            _similarity = Math.Min(alike, _similarity ?? 1);
            Alike(alike >= rules.Similarity);
        }

        // Only one of both has it.
        private void Alone() => Alike(rules.IsIgnored(_path));

        private void Alike(bool alike)
        {
            _differs |= !alike;
            if (!alike && _fields.Count < ShadowLimits.MostFields)
            {
                _fields.Add(JsonPaths.PointerTo(_path));
            }
        }
    }

    private double Similarity => similarity;

    private double Cosine => cosine;

    private bool IsIgnored(List<string> path) => ignored.Match(path);

    private bool AreNear(double one, double other) => Math.Abs(one - other) <= tolerance * Math.Max(1, Math.Max(Math.Abs(one), Math.Abs(other)));
}
