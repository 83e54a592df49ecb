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
        routes.MapGet("/rollouts/{name}/plan", OpenAsync).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/plan/live", (string name, HttpContext context, IHostApplicationLifetime life) => PlanApi.TryRead(context.Request.Query, out var sliders, out var mistake)
            ? desk.Follow(context, life, PageOf(name, sliders))
            : Refusal(name, mistake!, context)).Needs(Permissions.Read);
    }

    private async Task<IResult> OpenAsync(string name, HttpContext context) =>
        PlanApi.TryRead(context.Request.Query, out var sliders, out var mistake)
            ? await desk.OpenAsync<PlanPage>(context, PageOf(name, sliders), (nameof(PlanPage.Query), context.Request.QueryString.ToString()))
            : Refusal(name, mistake!, context);

    private FollowedPage PageOf(string name, PlanSliders sliders) => new($"/rollouts/{name}/plan {sliders}", PageDesk.Missing(name), person => desk.View(name, person) is not null && plans.Study(name, sliders) is { } study ? SceneOf(study) : null);

    private static Scene SceneOf(PlanStudy study) => new(study, [Part.Of<PlanResult, PlanStudy>("plan", study)]);

    // What stands in an address of a rollout that one may not see is nobody's business.
    private IResult Refusal(string name, string mistake, HttpContext context) => desk.View(name, context.Person()) is null ? PageDesk.NotFound(name) : Problems.Of(StatusCodes.Status400BadRequest, mistake);
}
