using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Haldane.Core.Ports;
using Haldane.Core.Series;

namespace Haldane.Connect.Prometheus;

/// <summary>Reads ranges from Prometheus, or from what speaks its API (Thanos, Mimir, VictoriaMetrics). Any thread.</summary>
/// <remarks>
/// <c>POST api/v1/query_range</c>, as its documentation describes it. Follows no redirect, so that the address stays the one that was configured; waits and answers are limited.
/// </remarks>
public sealed class PrometheusSource : IMetricSource, IDisposable
{
    /// <summary>The environment variable with the bearer token, where Prometheus asks for one.</summary>
    public const string TokenVariable = "HALDANE_PROMETHEUS_TOKEN";

    private const int LargestAnswer = 32 << 20;
    private const int LongestMessage = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _client;
    private readonly Uri _query;
    private readonly string _shown;

    /// <summary>Prepares; speaks to nobody yet.</summary>
    /// <param name="address">The server's address, with its path prefix if it has one.</param>
    /// <param name="token">The bearer token, or null.</param>
    /// <exception cref="FormatException">The address is not http or https.</exception>
    public PrometheusSource(string address, string? token)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https") || root.Query.Length > 0)
        {
            throw new FormatException($"{address} is no address of a Prometheus; wanted is one such as http://prometheus:9090");
        }

        _shown = root.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        _query = new(new UriBuilder(root) { UserName = "", Password = "", Path = root.AbsolutePath.TrimEnd('/') + "/api/v1/query_range" }.ToString());
        _client = new(OutsideHandler.New(toConnect: TimeSpan.FromSeconds(5), lifetime: TimeSpan.FromMinutes(2)))
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (token is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
        else if (root.UserInfo.Length > 0)
        {
            _client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(root.UserInfo))));
        }
    }

    /// <summary>A source for an address with the token of <see cref="TokenVariable"/>; null without an address.</summary>
    /// <exception cref="FormatException">The address is not http or https.</exception>
    public static PrometheusSource? OrNull(string? address) =>
        address is null ? null : new(address, Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token ? token : null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SeriesPoint>> RangeAsync(string query, MetricRange range, CancellationToken cancel)
    {
        try
        {
            using var content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["query"] = query,
                ["start"] = Seconds(range.From),
                ["end"] = Seconds(range.To),
                ["step"] = range.Step.TotalSeconds.ToString("R", CultureInfo.InvariantCulture),
            });
            using var request = new HttpRequestMessage(HttpMethod.Post, _query) { Content = content };
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);

            // Reading some megabytes of series is no work for the thread that the sockets share.
            var body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return response.IsSuccessStatusCode
                ? PrometheusAnswer.Points(body)
                : throw new MetricSourceException($"{_shown} answered {(int)response.StatusCode}{Explained(PrometheusAnswer.Error(body))}");
        }
        catch (HttpRequestException e)
        {
            throw new MetricSourceException($"{_shown} does not answer: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new MetricSourceException($"{_shown} did not answer within {Patience.TotalSeconds:0} s; use a shorter window or a larger step", e);
        }
        catch (JsonException e)
        {
            throw new MetricSourceException($"{_shown} gave no answer of Prometheus' API: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static string Explained(string? error) => error switch
    {
        null => "; is it the address of a Prometheus?",
        { Length: > LongestMessage } => $": {error.AsSpan(0, LongestMessage)}…",
        _ => $": {error}",
    };

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("R", CultureInfo.InvariantCulture);
}
