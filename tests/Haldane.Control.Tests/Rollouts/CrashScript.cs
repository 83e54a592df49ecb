using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>A random plan of any kind and what happens to it: seconds with good, bad or no traffic, and what people ask. The same for the same seed.</summary>
internal sealed class CrashScript
{
    private static readonly RolloutCommand[] Commands =
        [RolloutCommand.Pause, RolloutCommand.Resume, RolloutCommand.Resume, RolloutCommand.Advance, RolloutCommand.Approve, RolloutCommand.Approve, RolloutCommand.Override, RolloutCommand.RollBack, RolloutCommand.Retry, RolloutCommand.Start];

    private readonly List<Func<World, Task>> _events = [];
    private int _canaryErrors;
    private bool _silent;

    /// <summary>Draws one.</summary>
    /// <param name="seed">Decides all.</param>
    /// <param name="people">Whether people ask for anything beyond the start.</param>
    public CrashScript(int seed, bool people)
    {
        var random = new Random(seed);
        Set = new([Make.Model()], [AnyPlan(random, people)]);
        _events.Add(world => AskAsync(world, RolloutCommand.Start, "begin"));
        for (var i = 0; i < 24; i++)
        {
            Add(random, i, people);
        }
    }

    public SpecificationSet Set { get; }

    public int Count => _events.Count;

    /// <summary>Makes traffic for a world.</summary>
    public ObservedTraffic? Observe(TrafficSplit split) => _silent ? null : Make.Traffic(split, canaryErrors: _canaryErrors) with
    {
        Pairs = split.Shadow is null ? [] : [new(0, 2_000, _canaryErrors, 0, 0, 0, 0, 0)],
    };

    /// <summary>Lets one event happen.</summary>
    public Task HappenAsync(World world, int number) => _events[number](world);

    // Where people are about, bad and silent moments come and go; else a canary is good or bad as it is.
    private void Add(Random random, int number, bool people)
    {
        if (number == 0 || people)
        {
            var (errors, silent) = (random.Next(people ? 8 : 2) == 0 ? 800 : 0, people && random.Next(10) == 0);
            _events.Add(world =>
            {
                (_canaryErrors, _silent) = (errors, silent);
                return world.TickAsync();
            });
            if (people && random.Next(3) == 0)
            {
                var (command, by) = (Commands[random.Next(Commands.Length)], random.Next(3) switch { 0 => "ann", 1 => "ben", _ => "cleo" });
                _events.Add(world => AskAsync(world, command, $"event {number}", by));
            }
            else if (people && random.Next(8) == 0)
            {
                _events.Add(world => world.Controller.FreezeAsync(new("incident", [], world.Time.GetUtcNow(), null, "ann", $"event {number}"), CancellationToken.None));
                _events.Add(world => world.TickAsync());
            }
            else if (people && random.Next(10) == 0)
            {
                var (isFiring, which) = random.Next(3) > 0 ? (true, number) : (false, random.Next(number));
                AlertNews news = new(isFiring, $"alert-{which}", [new("alertname", $"loss-{which}"), new("team", "risk"), new("severity", random.Next(3) == 0 ? "page" : "warn")], null, null);
                _events.Add(world => world.Controller.AlertAsync([news], world.By, CancellationToken.None));
                _events.Add(world => world.TickAsync());
            }
            else if (people && random.Next(6) == 0)
            {
                _events.Add(world => world.Controller.LiftAsync("incident", world.By, $"event {number}", CancellationToken.None));
            }
        }
        else
        {
            _events.Add(world => world.TickAsync());
        }
    }

    private static Task<CommandOutcome> AskAsync(World world, RolloutCommand command, string why, string by = "ann") =>
        world.Controller.CommandAsync(world.Set.Rollouts[0].Name, command, Person.Anyone with { Name = by }, why, CancellationToken.None);

    private static RolloutSpec AnyPlan(Random random, bool people)
    {
        var bake = TimeSpan.FromSeconds(2);
        List<StageSpec> stages = [.. new[] { 100, 1_000, 5_000 }.TakeLast(random.Next(1, 4)).Select(share => new StageSpec(new(share), bake)
        {
            Stay = random.Next(3) == 0 ? TimeSpan.FromSeconds(6) : null,
            WhenUndecided = (WhenUndecided)random.Next(3),
            Approval = people && random.Next(4) == 0 ? new() { Count = random.Next(1, 3) } : null,
        })];
        if (random.Next(3) == 0)
        {
            stages.Insert(0, new(Share.None, bake) { Kind = StageKind.Shadow, Shadow = new() });
        }

        stages[^1] = random.Next(4) switch
        {
            0 => stages[^1] with { Kind = StageKind.Experiment },
            1 => new(new(9_000), bake) { Kind = StageKind.Switch },
            _ => stages[^1],
        };
        return Make.Rollout() with
        {
            Stages = stages.ToValueList(),
            Alerts = people ? [new([new("team", "risk")], AlertThen.Hold), new([new("severity", "page")], AlertThen.RollBack)] : [],
            Return = random.Next(2) == 0 ? ReturnSpec.AtOnce : new([new(4_000), new(500), new(50)], TimeSpan.FromSeconds(2)),
            Warm = TimeSpan.FromSeconds(random.Next(8)),
        };
    }
}
