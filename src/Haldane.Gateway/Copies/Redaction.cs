using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Copies;

/// <summary>Makes a body fit to be kept: blots out what the operator named, and cuts it. Pure.</summary>
internal sealed class Redaction(JsonPaths blotted)
{
    public const string Blot = "[redacted]";

    /// <summary>The text that may be kept.</summary>
    /// <param name="body">A body as it came.</param>
    /// <param name="most">Characters of it at most.</param>
    public string Of(ReadOnlySpan<byte> body, int most)
    {
        var text = blotted.IsEmpty ? Encoding.UTF8.GetString(body) : Encoding.UTF8.GetString(Blotted(body));
        return text.Length <= most ? text : text[..most];
    }

    /// <summary>The bytes that may be handed on, all of them.</summary>
    public byte[] Of(ReadOnlySpan<byte> body) => blotted.IsEmpty ? body.ToArray() : Blotted(body);

    // What cannot be read cannot be blotted out in part.
    private byte[] Blotted(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            using var stream = new MemoryStream();
            using (var to = new Utf8JsonWriter(stream))
            {
                Write(document.RootElement, to, []);
            }

            return stream.ToArray();
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetBytes(Blot);
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
