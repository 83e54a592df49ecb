using Microsoft.Extensions.Logging.Console;

namespace Haldane.Hosting;

/// <summary>Where log lines go: standard error, one line each.</summary>
internal static class Logs
{
    public static ILoggerFactory ToStandardError(LogLevel ours) => LoggerFactory.Create(logging => logging
        .AddFilter("Haldane", ours)
        .AddFilter("Microsoft", LogLevel.Warning)

        // A failed start is told once, in our own words.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)

        // The forwarder warns at every failed call; those are counted, not logged.
        .AddFilter("Yarp", LogLevel.None)
        .Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace)
        .AddLogging(l => l.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            o.ColorBehavior = LoggerColorBehavior.Disabled;
        })));
}
