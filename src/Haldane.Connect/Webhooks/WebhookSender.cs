using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Webhooks;

/// <summary>A receiver with its secrets filled in.</summary>
/// <param name="Url">Where messages are sent.</param>
/// <param name="Key">The key that they are signed with; null when they are not.</param>
/// <param name="Format">How they are written.</param>
/// <param name="Headers">Further header fields, each with its value.</param>
public sealed record WebhookTarget(string Url, string? Key, WebhookFormat Format, ValueList<HeaderSpec> Headers)
{
    /// <summary>Nothing of it: texts of records end up in logs.</summary>
    public override string ToString() => "a receiver";
}

/// <summary>Posts records to one receiver. Any thread.</summary>
/// <remarks>Follows no redirect, so that what is signed goes to the address that was configured; waits at most 10 s, and reads nothing of the answer but its status.</remarks>
public sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const int MostDrained = 64 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Quotes and letters of any language as they are: a body is read by a JSON parser, never by a browser.
    private static readonly MessageJson Json = new(new(MessageJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly WebhookTarget _target;
    private readonly Uri _url;
    private readonly WebhookKey? _key;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Prepares; speaks to nobody yet.</summary>
    /// <param name="target">The receiver.</param>
    /// <param name="time">The time that signatures are of.</param>
    /// <exception cref="FormatException">Address or key are none; the message does not repeat them.</exception>
    public WebhookSender(WebhookTarget target, TimeProvider time)
        : this(target, time, Patience)
    {
    }

    internal WebhookSender(WebhookTarget target, TimeProvider time, TimeSpan patience)
    {
        if (WebhookAddress.WhyNot(target.Url) is { } fault)
        {
            throw new FormatException($"is an address {fault}; wanted is one such as https://hooks.example.com/haldane");
        }

        _target = target;
        _url = new(target.Url);
        _key = target.Key is null ? null : WebhookKey.Read(target.Key);
        _time = time;
        var handler = OutsideHandler.New(toConnect: TimeSpan.FromSeconds(5), lifetime: TimeSpan.FromMinutes(2));
        handler.MaxConnectionsPerServer = 2;
        handler.MaxResponseDrainSize = MostDrained;
        handler.MaxResponseHeadersLength = MostDrained >> 10;
        _client = new(handler) { Timeout = patience };
    }

    /// <summary>Scheme, host and port of the receiver; the rest of the address may be a secret.</summary>
    public string Shown => _url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(LedgerRecord record, Uri source, CancellationToken cancel)
    {
        try
        {
            using var request = Request(record, source);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return response.StatusCode switch
            {
                >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => SendOutcome.Delivered,
                HttpStatusCode.Gone => new(SendOutcomeKind.Gone, "it answered 410: it wants nothing any more"),
                >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Failed($"it answered {(int)response.StatusCode}; redirects are not followed: write the address that it points to"),
                var status => Failed($"it answered {(int)status}"),
            };
        }
        catch (HttpRequestException e)
        {
            return Failed(HttpFaults.Explained(e.HttpRequestError));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Failed($"it did not answer within {_client.Timeout.TotalSeconds:0.#} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static SendOutcome Failed(string fault) => new(SendOutcomeKind.Failed, fault);

    private HttpRequestMessage Request(LedgerRecord record, Uri source)
    {
        var entry = record.Entry;
        var (body, type) = _target.Format == WebhookFormat.Slack
            ? (JsonSerializer.SerializeToUtf8Bytes(SlackMessage.Of(record, entry), Json.SlackMessage), SlackMessage.MediaType)
            : (JsonSerializer.SerializeToUtf8Bytes(CloudEvent.Of(record, entry, source), Json.CloudEvent), CloudEvent.MediaType);
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(type) { CharSet = "utf-8" };
        var (id, timestamp) = (CloudEvent.IdOf(record), _time.GetUtcNow().ToUnixTimeSeconds());
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (_key is not null)
        {
            request.Headers.Add("webhook-signature", _key.Sign(id, timestamp, body));
        }

        request.Set(_target.Headers);
        return request;
    }
}
