using System.CommandLine.Parsing;
using System.Globalization;

namespace Haldane.Samples.Shared;

/// <summary>Reads numbers of the command line and says which were expected.</summary>
internal static class Numbers
{
    /// <summary>A parser that takes numbers from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Func<ArgumentResult, double> Between(double least, double most) => result =>
    {
        var text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(number >= least && number <= most))
        {
            result.AddError($"'{text}' is not a number from {least} to {most}");
        }

        return number;
    };
}
