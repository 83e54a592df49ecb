using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;

namespace Haldane.Gateway.Tests.Overrides;

/// <summary>The editor against a plain one, which reads whole documents. HALDANE_LONG=1 makes the fuzzing a hundred times longer.</summary>
public sealed class JsonEditorProperties(ITestOutputHelper output)
{
    private static readonly int Count = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? 2_000_000 : 20_000;

    private static readonly OverrideSpec Spec = new()
    {
        Model = "b\u00e4\"",
        System = "Be brief.",
        Parameters = [new("/temperature", "0.20"), new("/stop", null), new("/options/top_k", "[4,{}]"), new("/options/seed", null), new("/options/deep/er", "true")],
    };

    private static readonly ObjectEdits Edits = Editing.EditsOf(Spec, Protocol.OpenAi, "/v1/chat/completions");

    private static readonly string[] Names = ["model", "temperature", "stop", "options", "messages", "x", "y", "\u00e4", "", "models", "top_k"];

    private static readonly string[] Blanks = ["", "", "", " ", "\n", "\t \r\n"];

    private static readonly string[] Scalars = ["1", "-0.50e+7", "true", "null", "\"\"", "\"a\\\"}]{[,:\\\\\"", "\"\\u0022\u00e4\\ud83d\\ude00\"", "12345678901234567890.10"];

    [Fact]
    public void The_edited_document_is_the_one_that_a_plain_editor_makes()
    {
        Prop.ForAll<int>(seed =>
        {
            var document = Encoding.UTF8.GetBytes(Document(new(seed)));
            var edited = Editing.Edited(Edits, document, int.MaxValue);

            return edited is not null
                && JsonNode.DeepEquals(JsonNode.Parse(edited), Plainly(JsonNode.Parse(document)!.AsObject()))
                && IsMostly(document, edited);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void How_a_document_is_cut_changes_nothing()
    {
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            var text = Encoding.UTF8.GetBytes(Document(random));
            var document = random.Next(2) == 0 ? text : Damaged(random, text);
            var whole = Editing.Edited(Edits, document, int.MaxValue);

            return Enumerable.Range(1, Math.Min(40, document.Length)).All(piece => Same(whole, Editing.Edited(Edits, document, piece)));
        }).QuickCheckThrowOnFailure();
    }

    // What is refused is no JSON, and what is accepted and is JSON has become what the plain editor makes of it.
    [Fact]
    public void Damaged_documents_are_refused_or_edited_but_never_both_ways()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var (edited, refused) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var document = Damaged(random, Encoding.UTF8.GetBytes(Document(random)));
            var result = Editing.Edited(Edits, document, 1 + random.Next(document.Length));
            (edited, refused) = result is null ? (edited, refused + 1) : (edited + 1, refused);
            if (Read(document) is not { } json)
            {
                continue;
            }

            var shown = $"seed {Seed}, document {i}: {Encoding.UTF8.GetString(document)}";
            Assert.True(result is not null || !CanBeEdited(json), shown);
            Assert.True(result is null || AreEqual(result, Plainly(json)), shown);
        }

        output.WriteLine($"{Count:N0} damaged documents: {edited:N0} edited, {refused:N0} refused");
        Assert.True(Math.Min(edited, refused) > Count / 50);
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    // A document as the plain reader sees it; null where it sees none, or where readers may differ.
    private static JsonObject? Read(byte[] document)
    {
        try
        {
            return JsonNode.Parse(document, documentOptions: new() { AllowDuplicateProperties = false }) is JsonObject json && !Differs(json) ? json : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool Differs(JsonObject json) =>
        json.Concat(json["options"] as JsonObject ?? []).Concat((json["messages"] as JsonArray)?.FirstOrDefault() as JsonObject ?? []).GroupBy(m => m.Key, StringComparer.OrdinalIgnoreCase).Any(
            g => g.Any(m => m.Key.Any(char.IsAsciiLetterUpper)))
        || json.Any(m => Names.Contains(m.Key.ToLowerInvariant()) && !Names.Contains(m.Key));

    private static bool CanBeEdited(JsonObject json) =>
        json["options"] is null or JsonObject && json["messages"] is null or JsonArray && (json["options"] as JsonObject)?["deep"] is null or JsonObject;

    private static JsonObject Plainly(JsonObject json)
    {
        json["model"] = Spec.Model;
        json["temperature"] = JsonNode.Parse("0.20");
        json.Remove("stop");
        var options = json["options"]?.AsObject() ?? [];
        json["options"] = options.Parent is null ? options : options.DeepClone();
        options = json["options"]!.AsObject();
        options["top_k"] = JsonNode.Parse("[4,{}]");
        options.Remove("seed");
        options["deep"] = options["deep"]?.DeepClone() ?? new JsonObject();
        options["deep"]!["er"] = true;
        if (json["messages"] is JsonArray { Count: > 0 } messages)
        {
            if (messages[0] is JsonObject first && RoleOf(first) is "system" or "developer")
            {
                messages[0]!["content"] = Spec.System;
            }
            else
            {
                messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = Spec.System });
            }
        }

        return json;
    }

    private static bool AreEqual(byte[] edited, JsonObject plain)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(edited), plain);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // Damage has made half of a surrogate pair, or an endless exponent, which the plain reader cannot compare.
            return true;
        }
    }

    private static string? RoleOf(JsonObject message)
    {
        try
        {
            return message["role"] is JsonValue role && role.GetValueKind() == JsonValueKind.String ? role.GetValue<string>() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is in no role.
            return null;
        }
    }

    // The caller's bytes are there in their order, but for the values that were replaced: so none is lost that no edit names.
    private static bool IsMostly(byte[] document, byte[] edited)
    {
        var text = Encoding.UTF8.GetString(edited);
        using var json = JsonDocument.Parse(document);
        return json.RootElement.EnumerateObject()
            .Where(m => m.Name is "x" or "y" or "" or "models" or "top_k" or "\u00e4")
            .All(m => text.Contains(m.Value.GetRawText(), StringComparison.Ordinal));
    }

    private static string Document(Random random)
    {
        var members = Names.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).Select(name => $"{Blank(random)}{Written(random, name)}{Blank(random)}:{Blank(random)}{Value(random, name)}{Blank(random)}");
        return $"{Blank(random)}{{{string.Join(',', members)}}}{Blank(random)}";
    }

    private static string Value(Random random, string name) => name switch
    {
        "options" => random.Next(4) == 0 ? "null" : $"{{{string.Join(',', new[] { "seed", "top_k", "n", "deep" }.Where(_ => random.Next(2) == 0).Select(n => $"{Written(random, n)}:{(n == "deep" ? "{\"z\":1}" : Any(random, 2))}"))}}}",
        "messages" => random.Next(5) == 0 ? "[]" : $"[{Blank(random)}{string.Join(',', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Message(random)))}]",
        _ => Any(random, 3),
    };

    private static string Message(Random random)
    {
        var role = new[] { "\"user\"", "\"system\"", "\"developer\"", "\"s\\u0079stem\"", "\"assistant\"", "7" }[random.Next(6)];
        var members = new[] { ("role", role), ("content", Any(random, 2)), ("name", Any(random, 1)) }.Where(_ => random.Next(5) > 0).OrderBy(_ => random.Next());
        return $"{{{string.Join(',', members.Select(m => $"{Blank(random)}{Written(random, m.Item1)}:{Blank(random)}{m.Item2}{Blank(random)}"))}}}";
    }

    private static string Any(Random random, int depth) => random.Next(depth == 0 ? 1 : 3) switch
    {
        0 => Scalars[random.Next(Scalars.Length)],
        1 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Blank(random) + Any(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(i => $"\"model{i}\":{Any(random, depth - 1)}{Blank(random)}"))}}}",
    };

    private static string Written(Random random, string name) =>
        $"\"{string.Concat(name.Select(c => random.Next(8) == 0 ? $"\\u{(int)c:x4}" : $"{c}"))}\"";

    private static string Blank(Random random) => Blanks[random.Next(Blanks.Length)];

    private static byte[] Damaged(Random random, byte[] document)
    {
        var changed = new List<byte>(document);
        for (var times = random.Next(1, 4); times > 0 && changed.Count > 0; times--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(4))
            {
                case 0:
                    changed.RemoveAt(at);
                    break;
                case 1:
                    changed[at] = "{}[],:\"\\ \n019aeu-+./'\0\u007f"u8[random.Next(23)];
                    break;
                case 2:
                    changed.Insert(at, "{}[],:\"\\ \n019aeu"u8[random.Next(16)]);
                    break;
                default:
                    changed.InsertRange(at, changed.GetRange(at, random.Next(changed.Count - at)));
                    break;
            }
        }

        return changed.Count == 0 ? [0] : [.. changed];
    }
}
