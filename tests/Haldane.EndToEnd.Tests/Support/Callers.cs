using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Callers over real sockets, each request with a subject of its own.</summary>
internal static class Callers
{
    public const string Path = "/v2/models/fraud/infer";

    private const string Body = """{"inputs":[{"name":"amount","shape":[1],"datatype":"FP64","data":[12.5]}]}""";

    /// <summary>Sends one request and gives arm and token.</summary>
    public static async Task<(string Arm, string Token)> CallAsync(HttpClient http, string subject, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-User-Id", subject);
        using var response = await http.SendAsync(request, cancel);
        response.EnsureSuccessStatusCode();
        return (response.Headers.GetValues("x-haldane-arm").Single(), response.Headers.GetValues("x-haldane-exchange").Single());
    }

    /// <summary>Sends the labels of exchanges and gives how many were joined.</summary>
    public static async Task<int> LabelAsync(HttpClient admin, IEnumerable<string> tokens, CancellationToken cancel = default)
    {
        using var response = await admin.PostAsJsonAsync("/api/v1/feedback", tokens.Select(t => new { exchange = t, label = "legit" }), cancel);
        response.EnsureSuccessStatusCode();
        return (int)(await response.Content.ReadFromJsonAsync<JsonObject>(cancel))!["joined"]!;
    }
}
