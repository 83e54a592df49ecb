using Haldane.Core.Access;

namespace Haldane.Core.Specification;

/// <summary>Who must agree before a stage is left.</summary>
public sealed record ApprovalSpec
{
    /// <summary>How many different people.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Names of people of whom they must be, or members of <see cref="Groups"/>; both empty: anyone who may approve.</summary>
    public ValueList<string> People { get; init => field = value ?? []; } = [];

    /// <summary>Groups of which they must be, or of <see cref="People"/>.</summary>
    public ValueList<string> Groups { get; init => field = value ?? []; } = [];

    /// <summary>How long somebody's agreement counts.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether somebody is one of those who are asked.</summary>
    public bool Takes(Person person) => (People.Count == 0 && Groups.Count == 0) || People.Any(p => Person.IsSame(p, person.Name)) || Groups.Any(g => person.Groups.Any(own => Person.IsSame(g, own)));
}
