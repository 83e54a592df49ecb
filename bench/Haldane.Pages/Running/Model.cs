using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.Pages.Running;

/// <summary>A version on a real socket, which calls one in so many answers fraud.</summary>
internal sealed class Model : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Model(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Starts it.</summary>
    /// <param name="fraudEvery">One in so many: two with other numbers do not always agree.</param>
    public static async Task<Model> StartAsync(int fraudEvery)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var answered = 0;
        app.MapFallback(() => Results.Text($$"""{"model_name":"fraud","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["{{(Interlocked.Increment(ref answered) % fraudEvery == 0 ? "fraud" : "legit")}}"]},{"name":"confidence","shape":[1],"datatype":"FP64","data":[0.91]}]}""", "application/json"));
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
