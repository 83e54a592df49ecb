using System.Net.Http.Headers;
using System.Text.Json;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Caller;

/// <summary>Sends one infer call per payment and never waits for it. One thread sends; answers come back on any.</summary>
internal sealed class Calls : IDisposable
{
    private const int MostInFlight = 4_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker _http = new(Sockets.Plain());
    private readonly Uri _path;
    private readonly Tally _tally;
    private readonly LabelQueue? _labels;
    private readonly TimeProvider _time;
    private long _number;
    private int _inFlight;

    public Calls(Uri target, string model, Tally tally, LabelQueue? labels, TimeProvider time)
    {
        (_tally, _labels, _time) = (tally, labels, time);
        _path = new Uri(target, $"/v2/models/{model}/infer");
    }

    /// <summary>Sends a call, or counts it as not sent if too many are unanswered.</summary>
    public void Send(PaymentCase one)
    {
        if (Volatile.Read(ref _inFlight) >= MostInFlight)
        {
            _tally.LeftOut();
            return;
        }

        Interlocked.Increment(ref _inFlight);
        _tally.Called();
        _ = CallAsync(one, ++_number); // it ends by itself and counts how
    }

    /// <summary>Waits for what is unanswered, ten seconds at most; what is left then counts as failed.</summary>
    public async Task DrainAsync()
    {
        var start = _time.GetTimestamp();
        while (Volatile.Read(ref _inFlight) > 0 && _time.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(LookAgain, _time);
        }

        if (Volatile.Read(ref _inFlight) is > 0 and var left)
        {
            _tally.Failed("unanswered at the end", left);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Whether a body is whole JSON with an array of outputs.</summary>
    internal static bool IsSound(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            var hasOutputs = false;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("outputs"u8))
                {
                    reader.Read();
                    hasOutputs = reader.TokenType == JsonTokenType.StartArray;
                }
            }

            return hasOutputs;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task CallAsync(PaymentCase one, long number)
    {
        try
        {
            using var request = RequestFor(one, number);
            using var patience = new CancellationTokenSource(Patience, _time);
            var start = _time.GetTimestamp();
            using var response = await _http.SendAsync(request, patience.Token);
            var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                _tally.Failed($"status {(int)response.StatusCode}");
            }
            else if (!IsSound(body))
            {
                _tally.Failed("an answer that is not whole JSON with outputs");
            }
            else
            {
                _tally.Answered(_time.GetElapsedTime(start));
                Label(response, one);
            }
        }
        catch (Exception error) // whatever breaks a call is what this program counts; the next call goes on
        {
            var isLate = error is OperationCanceledException;
            _tally.Failed(isLate ? $"no answer in {Patience.TotalSeconds} s" : $"{error.GetType().Name}: {error.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private HttpRequestMessage RequestFor(in PaymentCase one, long number)
    {
        var content = new ByteArrayContent(InferBody.Of(one.Payment, $"call-{number}"));
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = content };
        request.Headers.TryAddWithoutValidation("X-User-Id", Wire.Card(one.Subject));
        request.Headers.TryAddWithoutValidation("X-Country", Wire.Code(one.Payment.Country));
        return request;
    }

    private void Label(HttpResponseMessage response, in PaymentCase one)
    {
        if (_labels is not null && response.Headers.NonValidated.TryGetValues("x-haldane-exchange", out var values))
        {
            _labels.Add(values.ToString(), one.IsFraud);
        }
    }
}

/// <summary>Handlers for plain calls to a known place.</summary>
internal static class Sockets
{
    /// <summary>No cookies, redirects, proxies or trace headers: none is wanted and each costs.</summary>
    public static SocketsHttpHandler Plain() => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
    };
}
