using Microsoft.AspNetCore.Components;

namespace Haldane.Console.Dashboard.Live;

/// <summary>A component that shows one model and nothing else: the same model gives the same markup, to the letter.</summary>
/// <typeparam name="TModel">What it shows; compared by value, so that what has not changed is not drawn again.</typeparam>
public abstract class View<TModel> : ComponentBase
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required TModel Model { get; set; }
}

/// <summary>A part of a page that is replaced when what it shows changes.</summary>
/// <param name="Id">The id of its element, unique on the page.</param>
/// <param name="Key">What makes it another when it changes.</param>
/// <param name="View">The component.</param>
/// <param name="Model">What the component shows.</param>
/// <param name="Within">Parts inside it, which are replaced with it.</param>
internal sealed record Part(string Id, object Key, Type View, object Model, IReadOnlyList<Part> Within)
{
    /// <summary>A part without others.</summary>
    public static Part Of<TView, TModel>(string id, TModel model)
        where TView : View<TModel>
        where TModel : notnull => new(id, model, typeof(TView), model, []);

    /// <summary>A part that holds others: it is replaced as a whole where the key changes.</summary>
    public static Part Of<TView, TModel>(string id, TModel model, object key, IReadOnlyList<Part> within)
        where TView : View<TModel>
        where TModel : notnull => new(id, key, typeof(TView), model, within);
}
