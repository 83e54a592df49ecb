using System.Reflection;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification.Changes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Settings;

/// <summary>How Haldane itself stands: what it goes by, what holds rollouts, who is told, what runs and what measures.</summary>
internal sealed class SettingsPages(PageDesk desk, AdminParts parts)
{
    private static readonly string Version = typeof(SettingsPages).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var page = new FollowedPage(Place.Settings.Path, "there are no settings", person => SceneOf(Look(person)));
        routes.MapGet(Place.Settings.Path, async (HttpContext context, CancellationToken cancel) => await desk.OpenAsync<SettingsPage>(
            context,
            page,
            (nameof(SettingsPage.Webhooks), await parts.Webhooks.ListAsync(context.Person(), cancel)),
            (nameof(SettingsPage.At), parts.Time.GetUtcNow()))).Needs(Place.Settings).IsPage();
        routes.MapGet("/settings/live", (HttpContext context, IHostApplicationLifetime life) => desk.Follow(context, life, page)).Needs(Place.Settings);
        routes.MapGet("/settings/{kind}/{name}", async (string kind, string name, HttpContext context) => SpecificationApi.Find(parts.Specifications, kind, name, context.Person()) is { } document
            ? await desk.ShowAsync<DocumentPage>(context, (nameof(DocumentPage.Document), document))
            : Problems.Of(StatusCodes.Status404NotFound, $"there is no {kind} {name}")).Needs(Place.Settings).IsPage();
    }

    private SettingsModel Look(Person person)
    {
        var (health, specification) = (HealthView.Of(parts.Room.Health, person), parts.Specifications.Current);
        return new(
            new(health.Ready, health.Message, health.LastTick, specification.Revision, Version),
            SpecificationApi.Seen(specification, person).Select(d => d.Id).ToValueList(),
            FreezeApi.Seen(parts.Room.Freezes, person).ToValueList(),
            parts.Room.Alerts(person).ToValueList(),
            parts.Processes.All.Where(p => person.Covers(p.Model)).ToValueList(),
            parts.Evaluators.All.Where(e => person.Covers(e.Model)).ToValueList(),
            parts.Gauges.All.Where(g => person.Covers(g.Model)).ToValueList());
    }

    private static Scene SceneOf(SettingsModel model) => new(
        model,
    [
        Part.Of<StandingPart, StandingModel>("standing", model.Standing),
        Part.Of<DocumentsPart, ValueList<DocumentId>>("documents", model.Documents),
        Part.Of<FreezesPart, ValueList<FreezeView>>("freezes", model.Freezes),
        Part.Of<AlertsPart, ValueList<AlertView>>("alerts", model.Alerts),
        Part.Of<ProcessesPart, ValueList<ComputeView>>("processes", model.Processes),
        Part.Of<EvaluatorsPart, ValueList<EvaluatorView>>("evaluators", model.Evaluators),
        Part.Of<GaugesPart, ValueList<GaugeView>>("gauges", model.Gauges),
    ]);
}
