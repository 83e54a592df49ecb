using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Haldane.Console.Access;
using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Console.Api;

/// <summary>Reads what somebody asks to be changed, finds out who stands in the ledger for it, and answers.</summary>
internal static class Asked
{
    /// <summary>The longest text that goes to the ledger.</summary>
    public const int LongestText = 500;

    private static readonly string Texts = $"by and why are texts of 1 to {LongestText} characters, without control characters such as line breaks";

    /// <summary>Does what is asked and says how it went.</summary>
    public static Task<IResult> AnswerAsync<T>(
        HttpContext context, JsonTypeInfo<T> type, bool needsWhy, Func<T, Person, string?, Task<CommandOutcome>> act, CancellationToken cancel)
        where T : class, IAsked => AnswerAsync(
            context,
            type,
            needsWhy,
            async (asked, by, why) => await act(asked, by, why) is var outcome && outcome.Kind == CommandOutcomeKind.Done
                ? Results.Json(new(outcome.Message), ApiJson.Default.CommandView)
                : Refused(outcome),
            cancel);

    /// <summary>Does what is asked and gives what came of it.</summary>
    /// <remarks>Once for each <see cref="Repeats.Field"/>, where the endpoint may remember its answers.</remarks>
    public static async Task<IResult> AnswerAsync<T>(
        HttpContext context, JsonTypeInfo<T> type, bool needsWhy, Func<T, Person, string?, Task<IResult>> act, CancellationToken cancel, bool mayRemember = true)
        where T : class, IAsked
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        var bytes = body.ToArray();
        if (Read(bytes, type) is not { } asked)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body must be empty, or an object with the fields {Fields(type)}");
        }

        if (Mistake(asked, needsWhy) is { } mistake)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, mistake);
        }

        var person = context.Person();
        if (person.IsProven && asked.By is { } said && !Person.IsSame(said, person.Name))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, $"by: {said} is not {person.Name}, whose token this is; leave it out");
        }

        if (!context.Request.Headers.TryGetValue(Repeats.Field, out var key))
        {
            return await DoAsync();
        }

        return !mayRemember ? Problems.Of(StatusCodes.Status400BadRequest, $"{Repeats.Field} is not taken here: the answer holds a secret, which is not kept")
            : Repeats.WhyNot(key.ToString()) is { } unfit ? Problems.Of(StatusCodes.Status400BadRequest, unfit)
            : await context.RequestServices.GetRequiredService<Repeats>().OnceAsync(person.Name, context.Request.Path, key.ToString(), bytes, DoAsync);

        Task<IResult> DoAsync() => act(asked, person.IsProven ? person : person with { Name = asked.By ?? person.Name }, asked.Why);
    }

    /// <summary>The answer to what was not done.</summary>
    public static IResult Refused(CommandOutcome outcome) =>
        Problems.Of(outcome.Kind == CommandOutcomeKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict, outcome.Message);

    // Texts go to the ledger, to logs and to terminals, where a control character could paint over what others wrote.
    internal static bool IsUnfit(string text) => text.Length > LongestText || string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl);

    private static string Fields<T>(JsonTypeInfo<T> type)
    {
        string[] names = [.. type.Properties.Select(p => $"\"{p.Name}\"")];
        return $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }

    private static T? Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body.Length == 0 ? "{}"u8 : body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Mistake(IAsked asked, bool needsWhy) => asked switch
    {
        { By: { } by } when IsUnfit(by) => Texts,
        { Why: { } why } when IsUnfit(why) => Texts,
        { Why: null } when needsWhy => $"why is missing: {Texts}",
        { By: { } by } when AccessNames.IsOurs(by) => $"by: {by} stands for haldane itself in the ledger; give the name of whoever asks",
        _ => null,
    };
}
