using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Plans;

/// <summary>What a plan would do to good, borderline and bad canaries, before it is used.</summary>
internal sealed class PlanPages(PageDesk desk, IPlanDesk plans)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/plan", async (string name, HttpContext context) => desk.View(name, context.Person()) is null
            ? PageDesk.NotFound(name)
            : !PlanApi.TryRead(context.Request.Query, out var sliders, out var mistake)
            ? Problems.Of(StatusCodes.Status400BadRequest, mistake!)
            : plans.Study(name, sliders) is { } study
            ? await desk.ShowAsync<PlanPage>(context, (nameof(PlanPage.Model), study), (nameof(PlanPage.Query), context.Request.QueryString.ToString()))
            : PageDesk.NotFound(name)).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/plan/live", (string name, HttpContext context, IHostApplicationLifetime life) => desk.View(name, context.Person()) is null
            ? PageDesk.NotFound(name)
            : PlanApi.TryRead(context.Request.Query, out var sliders, out var mistake)
            ? desk.Follow(context, life, $"/rollouts/{name}/plan {sliders}", person => desk.View(name, person) is not null && plans.Study(name, sliders) is { } study ? new Scene([Part.Of<PlanResult, PlanStudy>("plan", study)]) : null)
            : Problems.Of(StatusCodes.Status400BadRequest, mistake!)).Needs(Permissions.Read);
    }
}
