using Haldane.Control.Rollouts;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Fakes;

/// <summary>A controller with everything around it; the disk outlives it.</summary>
internal sealed class World : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly CancellationTokenSource _stop = new();
    private RolloutController? _controller;
    private Task? _loop;

    public World(SpecificationSet set, Disk? disk = null)
    {
        Set = set;
        Disk = disk ?? new();
        Store = new(Disk, Journal);
        Router = new(Journal) { Traffic = split => Make.Traffic(split), IsDead = () => Store.IsDead };
    }

    public SpecificationSet Set { get; }

    public Disk Disk { get; }

    public Journal Journal { get; } = new();

    public MemoryStore Store { get; }

    public HandRouter Router { get; }

    public HandTime Time { get; } = new();

    public TokenCodec Tokens { get; } = new(new byte[32]);

    public Lines<RolloutController> Log { get; } = new();

    public RolloutController Controller => _controller!;

    /// <summary>Who asks.</summary>
    public Person By { get; set; } = Person.Anyone with { Name = "ann" };

    public RolloutView View => Controller.Rollouts[0];

    /// <summary>Recovered, nothing started.</summary>
    public static async Task<World> OpenAsync(SpecificationSet set, Disk? disk = null, Action<World>? before = null)
    {
        var world = new World(set, disk);
        before?.Invoke(world);
        await world.RecoverAsync();
        return world;
    }

    /// <summary>Recovered, and the first rollout is started.</summary>
    public static async Task<World> StartedAsync(params RolloutSpec[] rollouts)
    {
        var world = await OpenAsync(Make.Set(rollouts is [] ? [Make.Rollout()] : rollouts));
        await world.StartAsync();
        return world;
    }

    public async Task RecoverAsync() => _controller = await RolloutController.RecoverAsync(Set, Store, Router, Tokens, Time, Log, None);

    public Task<CommandOutcome> StartAsync(string? rollout = null) => AskAsync(RolloutCommand.Start, rollout, null);

    public Task<CommandOutcome> RollBackAsync(string? rollout = null) => AskAsync(RolloutCommand.RollBack, rollout);

    public Task<CommandOutcome> AskAsync(RolloutCommand command, string? rollout = null, string? why = "a smell") =>
        Controller.CommandAsync(rollout ?? Set.Rollouts[0].Name, command, By, why, None);

    public async Task TickAsync(int seconds = 1)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Pass(TimeSpan.FromSeconds(1));
            await Controller.TickAsync(None);
        }
    }

    /// <summary>The loop in the background: feedback is stored from now on.</summary>
    public Task Run() => _loop ??= Controller.RunAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await (_loop ?? Task.CompletedTask);
    }

    public Task<FeedbackReceipt> FeedbackAsync(params FeedbackItem[] items) => Controller.FeedbackAsync(items, By, None);

    public string Token(ExchangeToken token) => Make.Token(Tokens, token);

    /// <summary>Takes the next process up where this one stands.</summary>
    public Task<World> RestartAsync(SpecificationSet? set = null) => OpenAsync(set ?? Set, Disk);

    public void Dispose()
    {
        _stop.Cancel();
        _controller?.Dispose();
        _stop.Dispose();
    }
}
