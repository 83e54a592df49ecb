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
        if (Environment.GetEnvironmentVariable(AdminServer.TokenVariable) is { Length: > 0 } token)
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
            if (JsonSerializer.Deserialize(item.Data, CoreJson.Default.RolloutView) is { } view)
            {
                yield return view;
            }
        }
    }

    /// <summary>Sends a command.</summary>
    /// <returns>What the server says; the exit code is <see cref="ExitCode.No"/> when it refused.</returns>
    public async Task<(int Code, string Message)> CommandAsync(string name, string command, string by, string? why, CancellationToken cancel)
    {
        var body = new JsonObject { ["by"] = by };
        if (why is not null)
        {
            body["why"] = why;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/rollouts/{Uri.EscapeDataString(name)}/{command}") { Content = JsonContent.Create(body) };
        using var response = await SendRawAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        var answer = await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
        return (response.IsSuccessStatusCode ? ExitCode.Done : ExitCode.No, (string?)(answer?["message"] ?? answer?["detail"]) ?? response.ReasonPhrase ?? "");
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
        throw new AdminClientException(response.StatusCode == HttpStatusCode.Unauthorized
            ? $"{_address} asks for a token: set {AdminServer.TokenVariable}"
            : DetailOf(text) ?? $"{_address} answered {(int)response.StatusCode}", response.StatusCode);
    }

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

    private static string? DetailOf(string text)
    {
        try
        {
            return (string?)JsonNode.Parse(text)?["detail"];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
