using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A running Haldane with callers, whose store breaks and is mended: what people see of it meanwhile.</summary>
internal sealed class FaultyStore : IAsyncDisposable
{
    public const string Stages = "{ share: 10%, bake: 6s }, { share: 50%, bake: 30m }";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FixedModel[] _models;
    private readonly HttpClient _admin;
    private readonly SteadyCallers _callers;

    private FaultyStore(FixedModel[] models, RunningHaldane haldane)
    {
        (_models, Haldane) = (models, haldane);
        _admin = new() { BaseAddress = haldane.Admin };
        _callers = new(haldane.Data);
    }

    public RunningHaldane Haldane { get; }

    /// <summary>A rollout of two versions, under callers.</summary>
    /// <param name="workspace">Where the specification is written.</param>
    /// <param name="store">The store's file.</param>
    /// <param name="within">What the program runs in, see <see cref="OwnMount"/>; null for nothing.</param>
    public static async Task<FaultyStore> StartAsync(Workspace workspace, string store, string[]? within = null)
    {
        FixedModel[] models = [await FixedModel.StartAsync(), await FixedModel.StartAsync()];
        return new(models, await RunningHaldane.StartAsync(workspace.WriteRollout(models[0].Address, models[1].Address, Stages), store, within: within));
    }

    /// <summary>Breaks the store, holds what is seen meanwhile to what must be, mends it, and sees it go on.</summary>
    /// <param name="breaking">What breaks it.</param>
    /// <param name="mending">What mends it.</param>
    /// <param name="sentences">What <c>/readyz</c> must say of fault and cure.</param>
    public async Task StandsAsync(Func<Task> breaking, Func<Task> mending, params string[] sentences)
    {
        var started = TimeProvider.System.GetTimestamp();
        await UntilAsync(async () => (await ReadyAsync()).Status == HttpStatusCode.OK && _callers.Answered > 20);
        await breaking();
        await UntilAsync(async () => (await ReadyAsync()).Status == HttpStatusCode.ServiceUnavailable);
        var (answered, said) = (_callers.Answered, (await ReadyAsync()).Message);
        Assert.All(sentences, sentence => Assert.Contains(sentence, said, StringComparison.Ordinal));

        // Nothing that asks for a record is done, and whoever asks is told why.
        var token = _callers.Token;
        var (pausing, labelling) = (_admin.PostAsJsonAsync("/api/v1/rollouts/fraud-v2/pause", new { by = "ann", why = "a smell" }), LabelAsync(token));
        await AssertRefusedAsync(await pausing, sentences);
        await AssertRefusedAsync(await labelling, sentences);
        Assert.NotNull((await labelling).Headers.RetryAfter);

        // Until the stage's bake would be over.
        await UntilAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(8)));
        Assert.Equal((0, 1_000, false), await StandsAtAsync());
        Assert.True(_callers.Answered > answered + 20, $"{_callers.Answered} answers");

        await mending();
        await UntilAsync(async () => (await ReadyAsync()).Status == HttpStatusCode.OK);
        var receipt = (await (await LabelAsync(token)).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal((1, 0), ((int)receipt["joined"]!, (int)receipt["repeated"]!));
        await UntilAsync(async () => await StandsAtAsync() == (1, 5_000, false));
        Assert.Equal(0, _callers.Failed);
        Assert.Equal(["set", "started", "stage-entered"], await KindsAsync()); // its plan first
        Assert.Empty((await _admin.GetFromJsonAsync<JsonObject>("/api/v1/ledger/verify"))!["problems"]!.AsArray());
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _callers.DisposeAsync();
        await Haldane.DisposeAsync();
        foreach (var model in _models)
        {
            await model.DisposeAsync();
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string[] sentences)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var detail = (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["detail"]!;
        Assert.All(sentences, sentence => Assert.Contains(sentence, detail, StringComparison.Ordinal));
    }

    private async Task<(HttpStatusCode Status, string Message)> ReadyAsync()
    {
        using var response = await _admin.GetAsync(new Uri("/readyz", UriKind.Relative));
        return (response.StatusCode, (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["message"]!);
    }

    private Task<HttpResponseMessage> LabelAsync(string token) => _admin.PostAsJsonAsync("/api/v1/feedback", new { exchange = token, label = "legit" });

    private async Task<(int Stage, int Share, bool Paused)> StandsAtAsync()
    {
        var rollout = (await _admin.GetFromJsonAsync<JsonObject>("/api/v1/rollouts/fraud-v2"))!["rollout"]!;
        var model = (await _admin.GetFromJsonAsync<JsonArray>("/api/v1/models"))![0]!;
        return ((int)rollout["stage"]!, (int)model["canaryShare"]!, rollout["pause"] is not null);
    }

    private async Task<IReadOnlyList<string>> KindsAsync()
    {
        var ledger = (await _admin.GetFromJsonAsync<JsonArray>("/api/v1/ledger?after=0&rollout=fraud-v2"))!;
        return [.. ledger.Select(r => (string)JsonNode.Parse((string)r!["body"]!)!["kind"]!).Where(kind => kind != "held")];
    }
}
