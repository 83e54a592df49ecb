using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Caller;

/// <summary>Posts outcomes in batches as they become known; one post at a time.</summary>
internal sealed class FeedbackSender : IDisposable
{
    private const int MostPerPost = 500;
    private const int Attempts = 4;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http = new(Sockets.Plain());
    private readonly Uri _path;
    private readonly LabelQueue _labels;
    private readonly Tally _tally;
    private readonly TimeProvider _time;

    public FeedbackSender(Uri feedback, LabelQueue labels, Tally tally, TimeProvider time)
    {
        (_labels, _tally, _time) = (labels, tally, time);
        _path = new Uri(feedback, "/api/v1/feedback");
    }

    /// <summary>Before the second attempt; twice as long before the third, and so on.</summary>
    internal TimeSpan Pause { get; init; } = Every;

    /// <summary>Posts until the token is cancelled; an attempt that is under way is finished.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, _time);
        while (await TickAsync(timer, stop))
        {
            while (!stop.IsCancellationRequested && _labels.TakeDue(MostPerPost) is { Count: > 0 } batch)
            {
                await PostAsync(batch, stop);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Posts a batch, again and again after a failure; the labels' ids make a repetition harmless.</summary>
    /// <param name="batch">The labels.</param>
    /// <param name="stop">No further attempt is made once this is cancelled, so that a dead endpoint does not hold up the end.</param>
    internal async Task PostAsync(List<Label> batch, CancellationToken stop)
    {
        var body = BodyOf(batch);
        for (var attempt = 1; ; attempt++)
        {
            var failure = await TryPostAsync(body, batch.Count);
            if (failure is null)
            {
                return;
            }

            if (attempt == Attempts || stop.IsCancellationRequested)
            {
                _tally.FeedbackGivenUp($"feedback: {failure}");
                return;
            }

            await Task.Delay(Pause * attempt, _time, CancellationToken.None); // short: at the end it leads to the last attempt
        }
    }

    private static async ValueTask<bool> TickAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static byte[] BodyOf(List<Label> batch)
    {
        var buffer = new ArrayBufferWriter<byte>(batch.Count * 128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var label in batch)
        {
            json.WriteStartObject();
            json.WriteString("exchange"u8, label.Exchange);
            json.WriteString("label"u8, Wire.Label(label.IsFraud));
            json.WriteString("id"u8, label.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    // Null if it went well, else what went wrong.
    private async Task<string?> TryPostAsync(byte[] body, int labels)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = content };
            using var patience = new CancellationTokenSource(Patience, _time);
            using var response = await _http.SendAsync(request, patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                return $"status {(int)response.StatusCode}";
            }

            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(patience.Token));
            _tally.FeedbackTaken(labels, answer.RootElement.GetProperty("joined").GetInt64());
            return null;
        }
        catch (Exception error) // whatever breaks a post is tried again and then counted; the next batch goes on
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }
}
