using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A version that answers as the request's <c>X-Do</c> says: <c>refuse</c>, <c>empty</c>, <c>slow</c>, else well.</summary>
internal sealed class MoodyModel : IAsyncDisposable
{
    private const string Good = """{"label":"legit","score":0.9}""";

    private readonly WebApplication _app;

    private MoodyModel(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Starts it.</summary>
    /// <param name="clock">Is moved one second before the first byte of a slow answer and two more before the last.</param>
    /// <param name="firstByteSeen">Ends when the caller has the first byte.</param>
    public static async Task<MoodyModel> StartAsync(StandingClock clock, Task firstByteSeen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapFallback(async context =>
        {
            switch (context.Request.Headers["X-Do"])
            {
                case "refuse":
                    context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                    await context.Response.WriteAsync("no");
                    break;
                case "empty":
                    context.Response.ContentLength = 0;
                    break;
                case "slow":
                    clock.Advance(TimeSpan.FromSeconds(1));
                    await context.Response.WriteAsync(Good[..5]);
                    await context.Response.Body.FlushAsync();
                    await firstByteSeen.WaitAsync(TimeSpan.FromSeconds(30));
                    clock.Advance(TimeSpan.FromSeconds(2));
                    await context.Response.WriteAsync(Good[5..]);
                    break;
                default:
                    context.Response.ContentLength = Good.Length;
                    await context.Response.WriteAsync(Good);
                    break;
            }
        });
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A clock whose stopwatch moves only when it is told to.</summary>
internal sealed class StandingClock : TimeProvider
{
    private long _now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

    public override long GetTimestamp() => Volatile.Read(ref _now);
}
