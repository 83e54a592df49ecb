namespace Haldane.Simulations;

/// <summary>Simulates on all cores.</summary>
internal static class Workers
{
    /// <summary>Computes results by their index; what they are does not depend on how many cores there are.</summary>
    /// <param name="count">How many.</param>
    /// <param name="compute">Pure.</param>
    /// <param name="done">Called after each, from any thread.</param>
    /// <param name="cancel">Ends it.</param>
    public static T[] Run<T>(int count, Func<int, T> compute, Action done, CancellationToken cancel)
    {
        var results = new T[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            results[i] = compute(i);
            done();
        });
        return results;
    }
}
