using Haldane.Core.Access;

namespace Haldane.Console.Dashboard.Live;

/// <summary>A page that is kept fresh.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Missing">What to say where there is nothing to see.</param>
/// <param name="Look">What a person sees now; null where there is nothing.</param>
internal sealed record FollowedPage(string Path, string Missing, Func<Person, Scene?> Look)
{
    /// <summary>What is equal for all who see the same: whoever may do the same to the same models.</summary>
    public string KeyFor(Person person) => $"{Path}\n{person.Role}\n{string.Join('\n', person.Models)}";
}
