using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Haldane.Core;

namespace Haldane.Console.Api;

/// <summary>Reads a body that is an item or an array of them, and says of each mistake where it is.</summary>
/// <param name="wanted">What is wanted at a place, e.g. <c>.values.revenue</c>.</param>
internal sealed class JsonItems<T>(Func<string, string> wanted)
    where T : class
{
    private const int MostItems = 10_000;
    private const int MostMistakes = 20;
    private const int LongestPlace = 100;

    private static readonly JsonTypeInfo<T> Item = (JsonTypeInfo<T>)new JsonSerializerOptions(CoreJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    }.GetTypeInfo(typeof(T));

    private static readonly string[] Fields = [.. Item.Properties.Select(p => p.Name)];

    /// <summary>Takes what a request brings, all or nothing: a batch with a mistake is mended and sent again as a whole.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, Func<List<T>, Task<IResult>> take, CancellationToken cancel)
    {
        try
        {
            var (items, mistakes) = await ReadAsync(request.Body, cancel);
            return mistakes.Count > 0 ? Problems.Of(StatusCodes.Status400BadRequest, string.Join("; ", mistakes)) : await take(items);
        }
        catch (JsonException e)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body is not JSON: {e.Message}");
        }
    }

    private async Task<(List<T> Items, List<string> Mistakes)> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var body = await JsonDocument.ParseAsync(stream, cancellationToken: cancel);
        var (items, mistakes) = (new List<T>(), new List<string>());
        var elements = body.RootElement.ValueKind == JsonValueKind.Array ? body.RootElement.EnumerateArray().ToArray() : [body.RootElement];
        if (elements.Length > MostItems)
        {
            mistakes.Add($"{elements.Length} items in one batch; at most {MostItems}");
            return (items, mistakes);
        }

        for (var i = 0; i < elements.Length && mistakes.Count < MostMistakes; i++)
        {
            var (item, mistake) = Read(elements[i]);
            if (mistake is not null)
            {
                mistakes.Add($"items[{i}]{mistake}");
            }
            else
            {
                items.Add(item!);
            }
        }

        return (items, mistakes);
    }

    private (T? Item, string? Mistake) Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return (null, $": is {element.ValueKind}; an object is wanted");
        }

        try
        {
            var unknown = element.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => !Fields.Contains(name, StringComparer.OrdinalIgnoreCase));
            return unknown is null
                ? (element.Deserialize(Item), null)
                : (null, $": {Clip(unknown)} is no field; the fields are {string.Join(", ", Fields)}");
        }
        catch (JsonException e)
        {
            var place = e.Path?.TrimStart('$') ?? "";
            return (null, $"{Clip(place)}: {wanted(place)}");
        }
        catch (InvalidOperationException) // text that is no Unicode shows itself only when it is read
        {
            return (null, ": holds a text that is not valid Unicode");
        }
    }

    private static string Clip(string text) => text.Length <= LongestPlace ? text : $"{text.AsSpan(0, LongestPlace)}…";
}
