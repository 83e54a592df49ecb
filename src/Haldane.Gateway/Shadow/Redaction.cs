using System.Text;
using System.Text.Json;
using Haldane.Gateway.Shadow.Comparison;

namespace Haldane.Gateway.Shadow;

/// <summary>Makes a body fit to be kept: blots out what the operator named, and cuts it. Pure.</summary>
internal sealed class Redaction(JsonPaths blotted)
{
    public const string Blot = "[redacted]";

    /// <summary>The text that may be kept.</summary>
    /// <param name="body">A body as it came.</param>
    /// <param name="most">Characters of it at most.</param>
    public string Of(ReadOnlySpan<byte> body, int most)
    {
        var text = blotted.IsEmpty ? Encoding.UTF8.GetString(body) : Blotted(body);
        return text.Length <= most ? text : text[..most];
    }

    // What cannot be read cannot be blotted out in part.
    private string Blotted(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return "";
        }

        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            using var stream = new MemoryStream();
            using (var to = new Utf8JsonWriter(stream))
            {
                Write(document.RootElement, to, []);
            }

            return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        }
        catch (JsonException)
        {
            return Blot;
        }
    }

    private void Write(JsonElement value, Utf8JsonWriter to, List<string> path)
    {
        if (blotted.Match(path))
        {
            to.WriteStringValue(Blot);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                to.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    to.WritePropertyName(member.Name);
                    path.Add(member.Name);
                    Write(member.Value, to, path);
                    path.RemoveAt(path.Count - 1);
                }

                to.WriteEndObject();
                break;
            case JsonValueKind.Array:
                to.WriteStartArray();
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    path.Add(JsonPaths.Step(index));
                    Write(item, to, path);
                    path.RemoveAt(path.Count - 1);
                }

                to.WriteEndArray();
                break;
            default:
                value.WriteTo(to);
                break;
        }
    }
}
