using Haldane.Console.Access;
using Haldane.Core.Access;

namespace Haldane.Console.Dashboard.Shell;

/// <summary>Who looks at a page.</summary>
/// <param name="Person">Who.</param>
/// <param name="Forgery">What the page repeats in a header with whatever it changes; null where nobody has signed in with a browser.</param>
/// <param name="Mark">Up to where the page shows what its stream tells; null for a page that has none.</param>
public sealed record Visit(Person Person, string? Forgery, string? Mark = null)
{
    /// <summary>Whether the person has signed in with a browser, and so may sign out.</summary>
    public bool IsSession => Forgery is not null;

    /// <summary>The headers that htmx sends with each request, as JSON.</summary>
    public string? Headers => Forgery is null ? null : $$"""{"{{AdminAccess.ForgeryHeader}}":"{{Forgery}}"}""";

    /// <summary>Who, for people.</summary>
    public string Who => $"{Person.Name}, {Words.Of(Person.Role)}" + (Person.CoversEverything ? "" : $" of {string.Join(", ", Person.Models)}");
}
