using System.Globalization;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>What a plan would do to good, borderline and bad canaries, before it is used.</summary>
internal static class PlanApi
{
    private static readonly string[] Names = ["rate", "bake", "margin", "falseRollback", "falsePromotion"];

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room, IPlanDesk plans) =>
        routes.MapGet("/api/v1/rollouts/{name}/plan", (string name, HttpContext context) => RolloutApi.Find(room, name, context.Person()) is null
            ? Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}")
            : TryRead(context.Request.Query, out var sliders, out var mistake) && plans.Study(name, sliders) is { } study
            ? Results.Json(study, CoreJson.Default.PlanStudy)
            : Problems.Of(mistake is null ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, mistake ?? $"there is no rollout {name}")).Needs(Permissions.Read)
            .Asks("rate", "requests a second; as the model's specification says when left out").Asks("bake", "what all bakes are multiplied by").Asks("margin", "what all margins are multiplied by")
            .Asks("falseRollback", "the promise on false rollbacks, a fraction").Asks("falsePromotion", "the promise on false promotions, a fraction")
            .Tells<PlanStudy>("How far the simulation of a plan has come: ask again until `isDone`; one that nobody asks for rests.");

    /// <summary>Reads what is to be otherwise.</summary>
    internal static bool TryRead(IQueryCollection query, out PlanSliders sliders, out string? mistake)
    {
        sliders = new();
        var numbers = new double?[Names.Length];
        List<string> unfit = [];
        for (var i = 0; i < Names.Length; i++)
        {
            if (query.TryGetValue(Names[i], out var text) && text.ToString() is { Length: > 0 } said)
            {
                if (double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                {
                    numbers[i] = number;
                }
                else
                {
                    unfit.Add($"{Names[i]} is {said}; wanted is a number");
                }
            }
        }

        sliders = new(numbers[0], numbers[1] ?? 1, numbers[2] ?? 1, numbers[3], numbers[4]);
        mistake = unfit.Count > 0 ? string.Join("; ", unfit) : sliders.Mistake();
        return mistake is null;
    }
}
