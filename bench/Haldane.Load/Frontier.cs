using System.Net;

namespace Haldane.Load;

/// <summary>Finds the most requests a second whose p99 stays below a line, by halving what is left between a rate that holds it and one that does not.</summary>
/// <remarks>What one line has shown, the next does not ask again. A rate that breaks any line is tried twice and the better counts, as one hiccup of the machine must not decide. A rate at which anything fails holds no line.</remarks>
internal sealed class Frontier(IPEndPoint to, Request request, int connections, double seconds)
{
    // Of the most that goes through at all.
    private const double Fine = 0.02;

    private readonly SortedList<double, double> _tried = []; // p99 in microseconds, by rate

    /// <summary>The result line, for lines in milliseconds, the tightest first.</summary>
    public string Find(params ReadOnlySpan<double> lines)
    {
        var most = Drive(0).Rate;
        var found = new double[lines.Length];

        // The loosest first: no other line holds at a higher rate.
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            found[i] = FindOne(lines[i] * 1000, lines[0] * 1000, most);
        }

        return $"result {most:F0} {string.Join(' ', found.Select(rate => $"{rate:F0}"))}";
    }

    private double FindOne(double line, double tightest, double most)
    {
        while (true)
        {
            var breaks = _tried.Where(t => t.Value >= line).Select(t => t.Key).DefaultIfEmpty(1.1 * most).First();
            var holds = _tried.Where(t => t.Value < line && t.Key < breaks).Select(t => t.Key).DefaultIfEmpty(0).Last();
            if (breaks - holds <= Fine * most)
            {
                return holds;
            }

            var rate = (breaks + holds) / 2;
            var p99 = Try(rate);
            _tried[rate] = p99 < tightest ? p99 : Math.Min(p99, Try(rate));
        }
    }

    private double Try(double rate)
    {
        var driven = Drive(rate);
        Console.Error.WriteLine($"  {rate:F0}/s: p99 {driven.Latency.Quantile(0.99):F0} us, failed {driven.Failed}, late itself {driven.Lag.Quantile(0.99):F0} us");
        return driven.Failed > 0 ? double.PositiveInfinity : driven.Latency.Quantile(0.99);
    }

    // Each with connections of its own: a backlog must not reach the next.
    private Driven Drive(double rate)
    {
        using var driver = new Driver(to, request, connections);
        return driver.Run(rate, warm: 0.5, seconds);
    }
}
