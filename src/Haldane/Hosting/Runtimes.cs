using Haldane.Core.Specification;

namespace Haldane.Hosting;

/// <summary>Whether versions may have processes of their own: a specification that runs programs is for whoever starts Haldane to allow.</summary>
internal static class Runtimes
{
    /// <summary>What is not allowed; null when all is.</summary>
    public static string? WhyNot(SpecificationSet specification, bool areAllowed) =>
        areAllowed || specification.Models.SelectMany(m => m.Versions.Where(v => v.Runtime is not null).Select(v => $"version {v.Name} of model {m.Name}")).ToList() is not [var first, ..] ? null
            : $"{first} has a runtime, a program to be run, and this Haldane runs none: start it with --run-commands";

    /// <summary>Throws where something is not allowed.</summary>
    /// <exception cref="FormatException">The message says what.</exception>
    public static void Require(SpecificationSet specification, bool areAllowed)
    {
        if (WhyNot(specification, areAllowed) is { } why)
        {
            throw new FormatException(why);
        }
    }
}
