using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.Console.Dashboard.Live;

/// <summary>Writes components as HTML.</summary>
/// <remarks>Any thread. A renderer keeps what it has drawn, so each component has its own.</remarks>
internal sealed class ViewWriter(IServiceProvider services)
{
    /// <summary>Writes a component.</summary>
    /// <param name="view">The component.</param>
    /// <param name="parameters">What it shows, by the names of its parameters.</param>
    public async Task<string> WriteAsync(Type view, params (string Name, object? Value)[] parameters)
    {
        var given = ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync(view, given)).ToHtmlString());
    }

    /// <summary>Writes a part so that it takes the place of what stands on the page.</summary>
    public async Task<string> ReplaceAsync(Part part) => $"<hx-partial hx-target=\"#{part.Id}\" hx-swap=\"outerMorph\">{await WriteAsync(part.View, (nameof(View<>.Model), part.Model))}</hx-partial>";
}
