using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A version that always says the same, on a real socket.</summary>
internal sealed class FixedModel : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FixedModel(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<FixedModel> StartAsync(string label = "legit")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapFallback(() => Results.Text($$"""{"model_name":"fraud","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["{{label}}"]}]}""", "application/json"));
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
