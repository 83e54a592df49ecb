using Haldane.Console.Api;

namespace Haldane.Console.Dashboard.Shell;

/// <summary>What people ask for with a form of a page.</summary>
internal static class Forms
{
    private const int Largest = 4_096; // bytes

    /// <summary>Does what a form asks for, with the reason that stands in it.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="needsWhy">Whether it takes a reason.</param>
    /// <param name="act">Does it.</param>
    /// <param name="cancel">Gives up before it has begun.</param>
    public static async Task<IResult> AnswerAsync(HttpContext context, bool needsWhy, Func<IFormCollection, string?, Task<IResult>> act, CancellationToken cancel)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength is not <= Largest)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"wanted is a form of at most {Largest:N0} bytes with the field why");
        }

        var form = await context.Request.ReadFormAsync(cancel);
        var why = form["why"].ToString().Trim();
        return why.Length == 0 ? (needsWhy ? Unfit() : await act(form, null))
            : Asked.IsUnfit(why) ? Unfit()
            : await act(form, why);
    }

    private static IResult Unfit() => Problems.Of(StatusCodes.Status400BadRequest, $"why: wanted is a text of 1 to {Asked.LongestText} characters, without line breaks");
}
