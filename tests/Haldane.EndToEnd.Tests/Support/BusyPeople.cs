using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Callers, senders of labels and a person who takes the rollout back and starts it anew, all at once, against one process after another; notes what was acknowledged.</summary>
internal sealed class BusyPeople
{
    public const string Name = "ann";

    private const int Subjects = 200;

    private readonly ConcurrentQueue<string> _tokens = new();
    private readonly ConcurrentQueue<string> _labelled = new();
    private readonly ConcurrentQueue<string> _done = new();
    private readonly ConcurrentQueue<string> _strange = new();
    private int _answered;
    private int _refused;
    private int _asked;

    public int Answered => _answered;

    /// <summary>Calls that found nobody, or were cut off.</summary>
    public int Refused => _refused;

    /// <summary>Tokens of answers.</summary>
    public IReadOnlyCollection<string> Tokens => _tokens;

    /// <summary>Tokens whose label was acknowledged.</summary>
    public IReadOnlyCollection<string> Labelled => _labelled;

    /// <summary>The reasons of commands that were said to be done.</summary>
    public IReadOnlyCollection<string> Done => _done;

    /// <summary>What happened that must not, whatever dies: an answer that says that something went wrong.</summary>
    public IReadOnlyCollection<string> Strange => _strange;

    /// <summary>Goes on until the process is gone.</summary>
    public Task RunUntilDeadAsync(RunningHaldane haldane) => Task.WhenAll(
        Repeat(haldane, haldane.Data, CallAsync), Repeat(haldane, haldane.Data, CallAsync), Repeat(haldane, haldane.Admin, LabelAsync), Repeat(haldane, haldane.Admin, AskAsync));

    private static async Task<JsonObject> SendAsync(HttpClient http, IEnumerable<string> tokens)
    {
        using var response = await http.PostAsJsonAsync("/api/v1/feedback", tokens.Select(t => new { exchange = t, label = "legit" }));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private Task Repeat(RunningHaldane haldane, Uri address, Func<HttpClient, Task> act) => Task.Run(async () =>
    {
        using var http = new HttpClient { BaseAddress = address };
        while (!haldane.HasExited)
        {
            try
            {
                await act(http);
            }
            catch (HttpRequestException e) when (e.StatusCode is null)
            {
                Interlocked.Increment(ref _refused);
            }
            catch (HttpRequestException e)
            {
                _strange.Enqueue(e.Message);
            }
        }
    });

    private async Task CallAsync(HttpClient http)
    {
        var (_, token) = await Callers.CallAsync(http, $"user-{Interlocked.Increment(ref _answered) % Subjects}");
        _tokens.Enqueue(token);
    }

    private async Task LabelAsync(HttpClient http)
    {
        string[] batch = [.. _tokens.TakeLast(20).Except(_labelled.TakeLast(60))];
        if (batch.Length > 0 && (await SendAsync(http, batch))["joined"] is { } joined && (int)joined == batch.Length)
        {
            // Only those of which each is known to be stored: exchanges outside a rollout are counted by nobody.
            batch.ToList().ForEach(_labelled.Enqueue);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(20));
    }

    // In turn: holds, goes on, and once it has moved for a while is taken back and started anew.
    private async Task AskAsync(HttpClient http)
    {
        var number = ++_asked;
        var command = (number % 8) switch { 1 => "pause", 2 => "resume", 6 => "rollback", 7 => "retry", _ => null };
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        if (command is null)
        {
            return;
        }

        var why = $"order {number}";
        using var response = await http.PostAsJsonAsync($"/api/v1/rollouts/fraud-v2/{command}", new { by = Name, why });
        if (response.IsSuccessStatusCode)
        {
            _done.Enqueue(why);
        }
        else if (response.StatusCode != System.Net.HttpStatusCode.Conflict)
        {
            _strange.Enqueue($"{command}: {(int)response.StatusCode}");
        }
    }
}
