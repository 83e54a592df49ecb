using System.Diagnostics;

namespace Haldane.Characteristics.Report;

/// <summary>Runs seeded streams on all cores and says on standard error how far it is.</summary>
/// <remarks>A stream's number is its seed's part, so results do not depend on the order in which streams are run.</remarks>
internal sealed class Progress(Action<string> say)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Says it on standard error.</summary>
    public static Progress ToStandardError() => new(Console.Error.WriteLine);

    /// <summary>Runs the streams of one world; returns what each came to, in order.</summary>
    /// <param name="what">For people.</param>
    /// <param name="streams">How many.</param>
    /// <param name="seed">The seed of the first; each next stream takes the next one.</param>
    /// <param name="run">From a stream's random numbers to its end.</param>
    public T[] Run<T>(string what, int streams, int seed, Func<Random, T> run)
    {
        var results = new T[streams];
        Parallel.For(0, streams, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = run(new Random(seed + i)));
        say($"{_watch.Elapsed:hh\\:mm\\:ss}  {what}: {streams} streams");
        return results;
    }
}
