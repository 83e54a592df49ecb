using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Haldane.Commands;
using Haldane.Console;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Client;

/// <summary>The server does not answer as it should; the message is for whoever typed the command.</summary>
internal sealed class AdminClientException(string message, HttpStatusCode? status = null) : Exception(message)
{
    /// <summary>What the server answered with; null when it did not answer.</summary>
    public HttpStatusCode? Status { get; } = status;
}

/// <summary>Speaks to the admin port of a running Haldane.</summary>
internal sealed class AdminClient : IDisposable
{
    private static string? Token => Environment.GetEnvironmentVariable(AdminServer.TokenVariable);

    private static bool HasOwnToken => Token is { } token && AccessToken.IdOf(token) is not null;

    private readonly HttpClient _http;
    private readonly string _address;

    public AdminClient(string address)
    {
        _address = address;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new AdminClientException($"--admin \"{address}\": wanted is an address such as http://127.0.0.1:8081");
        }

        _http = new() { BaseAddress = uri, Timeout = Timeout.InfiniteTimeSpan };
        if (Token is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Task<IReadOnlyList<RolloutView>> RolloutsAsync(CancellationToken cancel) =>
        GetAsync("/api/v1/rollouts", CoreJson.Default.IReadOnlyListRolloutView, cancel);

    public Task<RolloutView> RolloutAsync(string name, CancellationToken cancel) =>
        GetAsync($"/api/v1/rollouts/{Uri.EscapeDataString(name)}", CoreJson.Default.RolloutView, cancel);

    public Task<IReadOnlyList<DifferingPair>> PairsAsync(string name, CancellationToken cancel) =>
        GetAsync($"/api/v1/rollouts/{Uri.EscapeDataString(name)}/pairs", CoreJson.Default.IReadOnlyListDifferingPair, cancel);

    /// <summary>Every change of a rollout, as it comes.</summary>
    public async IAsyncEnumerable<RolloutView> FollowAsync(string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await SendAsync(
            new(HttpMethod.Get, $"/api/v1/rollouts/{Uri.EscapeDataString(name)}/events"), HttpCompletionOption.ResponseHeadersRead, cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
        {
            if (item.EventType == "rollout" && JsonSerializer.Deserialize(item.Data, CoreJson.Default.RolloutView) is { } view)
            {
                yield return view;
            }
        }
    }

    public Task<IReadOnlyList<FreezeView>> FreezesAsync(CancellationToken cancel) => GetAsync("/api/v1/freezes", CoreJson.Default.IReadOnlyListFreezeView, cancel);

    public Task<IReadOnlyList<TokenView>> TokensAsync(CancellationToken cancel) => GetAsync("/api/v1/tokens", CoreJson.Default.IReadOnlyListTokenView, cancel);

    public Task<IReadOnlyList<WebhookView>> WebhooksAsync(CancellationToken cancel) => GetAsync("/api/v1/webhooks", CoreJson.Default.IReadOnlyListWebhookView, cancel);

    public Task<IReadOnlyList<DeadLetterView>> DeadLettersAsync(string webhook, CancellationToken cancel) =>
        GetAsync($"/api/v1/webhooks/{Uri.EscapeDataString(webhook)}/dead", CoreJson.Default.IReadOnlyListDeadLetterView, cancel);

    /// <summary>The part of a body that says who asks and why.</summary>
    public static JsonObject Body(string? by, string? why)
    {
        var body = new JsonObject();
        if ((by ?? (HasOwnToken ? null : Environment.UserName)) is { } name)
        {
            body["by"] = name;
        }

        if (why is not null)
        {
            body["why"] = why;
        }

        return body;
    }

    /// <summary>Asks for a change and prints what the server says.</summary>
    /// <returns><see cref="ExitCode.No"/> when it refused.</returns>
    public async Task<int> SayAsync(string path, JsonObject body, CancellationToken cancel)
    {
        var (isDone, answer) = await PostAsync(path, body, cancel);
        (isDone ? System.Console.Out : System.Console.Error).WriteLine(answer);
        return isDone ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>Asks for a change.</summary>
    /// <param name="path">Where.</param>
    /// <param name="body">What.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <param name="also">Gets the whole answer where it was done.</param>
    public async Task<(bool IsDone, string Message)> PostAsync(string path, JsonNode body, CancellationToken cancel, Action<JsonNode>? also = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        using var response = await SendRawAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        var answer = await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
        if (response.IsSuccessStatusCode && answer is not null)
        {
            also?.Invoke(answer);
        }

        return (response.IsSuccessStatusCode, (string?)(answer?["message"] ?? answer?["detail"]) ?? response.ReasonPhrase ?? "");
    }

    /// <summary>Asks for a change of the specification.</summary>
    /// <param name="body">Files, and what is to be done with them.</param>
    /// <param name="revision">The only revision that it is meant for; null for any.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="AdminClientException">The server does not answer, or says no to more than the change.</exception>
    public async Task<ApplyReport> ChangeAsync(JsonObject body, string? revision, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/specification") { Content = JsonContent.Create(body) };
        if (revision is not null)
        {
            request.Headers.IfMatch.Add(new($"\"{revision}\""));
        }

        using var response = await SendRawAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        var report = response.IsSuccessStatusCode ? text : ReportOf(text);
        return report is null ? throw Refusal(response, text) : JsonSerializer.Deserialize(report, CoreJson.Default.ApplyReport)!;
    }

    /// <summary>The text that stands at a path.</summary>
    /// <exception cref="AdminClientException">Nothing does, or nobody answers.</exception>
    public async Task<string> TextAsync(string path, CancellationToken cancel)
    {
        using var response = await SendAsync(new(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancel);
        return await response.Content.ReadAsStringAsync(cancel);
    }

    /// <summary>What stands at a path.</summary>
    /// <exception cref="AdminClientException">Nothing does, or nobody answers.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var response = await SendAsync(new(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancel);
        return await response.Content.ReadFromJsonAsync(type, cancel) ?? throw new AdminClientException($"{_address} answered with nothing");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption until, CancellationToken cancel)
    {
        var response = await SendRawAsync(request, until, cancel);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        var text = await response.Content.ReadAsStringAsync(cancel);
        response.Dispose();
        throw Refusal(response, text);
    }

    private AdminClientException Refusal(HttpResponseMessage response, string text) => new(
        response.StatusCode == HttpStatusCode.Unauthorized
            ? $"{_address} asks for a token: set {AdminServer.TokenVariable}"
            : DetailOf(text) ?? $"{_address} answered {(int)response.StatusCode}",
        response.StatusCode);

    private async Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage request, HttpCompletionOption until, CancellationToken cancel)
    {
        try
        {
            return await _http.SendAsync(request, until, cancel);
        }
        catch (HttpRequestException e)
        {
            throw new AdminClientException($"nothing answers at {_address} ({e.Message}); is `haldane run` up, and is this its --admin address?");
        }
    }

    private static string? DetailOf(string text) => (string?)Parsed(text)?["detail"];

    private static string? ReportOf(string text) => Parsed(text)?["report"]?.ToJsonString();

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
