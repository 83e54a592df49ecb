using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A version that always says the same, on a real socket.</summary>
internal sealed class FixedModel : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly ConcurrentDictionary<string, byte> _heard;

    private FixedModel(WebApplication app, ConcurrentDictionary<string, byte> heard) => (_app, _heard) = (app, heard);

    public string Address => _app.Urls.First();

    /// <summary>Every header field that it was sent, as <c>name: value</c>.</summary>
    public ICollection<string> Heard => _heard.Keys;

    public static async Task<FixedModel> StartAsync(string label = "legit")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var heard = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        app.Use((context, next) =>
        {
            foreach (var (name, value) in context.Request.Headers)
            {
                heard.TryAdd($"{name}: {value}", 0);
            }

            return next(context);
        });
        app.MapGet("/metrics", () => "room_used{disk=\"a\"} 0.125\nroom_used{disk=\"b\"} 0.25\n");
        app.MapFallback(() => Results.Text($$"""{"model_name":"fraud","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["{{label}}"]}]}""", "application/json"));
        await app.StartAsync();
        return new(app, heard);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
