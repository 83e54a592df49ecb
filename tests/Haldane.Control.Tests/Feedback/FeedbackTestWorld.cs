using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;

namespace Haldane.Control.Tests.Feedback;

/// <summary>A world whose rollout runs and whose desk takes feedback, for one test.</summary>
public abstract class FeedbackTestWorld : IAsyncLifetime
{
    private protected World World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.StartedAsync();
        _ = World.Run();
    }

    public async ValueTask DisposeAsync()
    {
        await World.StopAsync();
        World.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<FeedbackReceipt> SendAsync(params FeedbackItem[] items) => World.FeedbackAsync(items).Soon();

    private protected ValueList<LabelCounts> Labels(int slice) => World.Disk.Slices(1)[slice - 1].Labels;

    private protected string Token(uint subject, uint nonce = 1) => World.Token(Make.Exchange(1, subject) with { Nonce = nonce });

    private protected FeedbackItem Label(uint subject, string label, int stage = 0, int @class = 0) =>
        new() { Exchange = World.Token(Make.Exchange(1, subject, stage, @class: @class)), Label = label };

    private protected FeedbackItem Value(uint subject, double value, Arm arm = Arm.Canary) =>
        new() { Exchange = World.Token(Make.Exchange(1, subject, arm: arm)), Values = Revenue(value) };

    private protected static Dictionary<string, double> Revenue(double value) => new() { ["revenue"] = value };
}
