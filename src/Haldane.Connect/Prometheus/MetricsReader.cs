using System.Net.Http.Headers;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Prometheus;

/// <summary>Reads the page of metrics that a server shows. Any thread.</summary>
/// <remarks>Follows no redirect, so that the address stays the one that was configured; waits and answers are limited.</remarks>
public sealed class MetricsReader : IMetricsReader, IDisposable
{
    private const int LargestAnswer = 8 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(OutsideHandler.New(toConnect: TimeSpan.FromSeconds(3), lifetime: TimeSpan.FromMinutes(2)))
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    /// <inheritdoc/>
    public async Task<double?[]> ReadAsync(string address, IReadOnlyList<GaugeSpec> gauges, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("text/plain;version=0.0.4"));
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw new MetricSourceException($"the address of its metrics answered {(int)response.StatusCode}");
            }

            var text = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return MetricsText.Read(text, gauges);
        }
        catch (HttpRequestException e)
        {
            throw new MetricSourceException($"the address of its metrics does not answer: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new MetricSourceException($"the address of its metrics did not answer within {Patience.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException) // InvalidOperationException: an encoding that nobody knows
        {
            throw new MetricSourceException($"the address of its metrics shows no metrics: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
