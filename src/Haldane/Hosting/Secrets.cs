using Haldane.Connect.Webhooks;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Hosting;

/// <summary>The secrets that a specification names, read once when the program starts. They go to the gateway and the senders of webhooks only: what is stored, shown and compared has their places.</summary>
internal sealed class Secrets
{
    private const int Longest = 4_096;

    private readonly Dictionary<SecretSpec, string> _values;

    private Secrets(Dictionary<SecretSpec, string> values) => _values = values;

    /// <summary>Reads all of them.</summary>
    /// <exception cref="FormatException">Names every one that cannot be had.</exception>
    public static Secrets Read(SpecificationSet specification)
    {
        var values = new Dictionary<SecretSpec, string>();
        var faults = new List<string>();
        foreach (var (what, secret) in Places(specification))
        {
            if (TryRead(secret, out var value, out var fault))
            {
                values[secret] = value;
            }
            else
            {
                faults.Add($"{what}: {secret} {fault}");
            }
        }

        return faults.Count == 0 ? new(values) : throw new FormatException(string.Join("; ", faults));
    }

    /// <summary>A router that is told the secrets too.</summary>
    public ITrafficRouter Into(ITrafficRouter router) => _values.Count == 0 ? router : new Telling(this, router);

    /// <summary>A webhook's receiver with its secrets.</summary>
    public WebhookTarget Of(WebhookSpec webhook) => new(
        webhook.UrlSecret is { } place ? _values[place] : webhook.Url!, webhook.Secret is { } key ? _values[key] : null, webhook.Format, Fill(webhook.Headers));

    private static IEnumerable<(string What, SecretSpec Secret)> Places(SpecificationSet specification) =>
    [
        .. specification.Models.SelectMany(m => m.Versions.SelectMany(v => In(v.Override?.Headers ?? [], $"version {v.Name} of model {m.Name}"))),
        .. specification.Webhooks.SelectMany(w => In(w.Headers, $"webhook {w.Name}")
            .Concat(w.UrlSecret is { } url ? [($"url of webhook {w.Name}", url)] : [])
            .Concat(w.Secret is { } secret ? [($"secret of webhook {w.Name}", secret)] : [])),
    ];

    private static IEnumerable<(string What, SecretSpec Secret)> In(ValueList<HeaderSpec> headers, string owner) =>
        headers.Where(h => h.Secret is not null).Select(h => ($"{h.Name} of {owner}", h.Secret!));

    private static bool TryRead(SecretSpec secret, out string value, out string fault)
    {
        (value, fault) = ("", "");
        try
        {
            var text = secret.Env is { } name ? Environment.GetEnvironmentVariable(name) : File.ReadAllText(secret.File!).TrimEnd();
            value = secret.Prefix + text;
            fault = string.IsNullOrEmpty(text) ? "is not there or empty"
                : value.Length > Longest || value != value.Trim() || value.Any(static c => c is not '\t' and (< ' ' or > '~')) ? $"is no value of a header field: wanted are visible ASCII characters and blanks, at most {Longest:N0}"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            fault = "cannot be read";
        }

        return fault.Length == 0;
    }

    private ModelSpec Fill(ModelSpec model) => model with { Versions = [.. model.Versions.Select(v => v.Override is { } change ? v with { Override = Fill(change) } : v)] };

    private OverrideSpec Fill(OverrideSpec change) => change with { Headers = Fill(change.Headers) };

    private ValueList<HeaderSpec> Fill(ValueList<HeaderSpec> headers) => [.. headers.Select(h => h.Secret is { } secret ? new(h.Name, _values[secret]) : h)];

    private sealed class Telling(Secrets secrets, ITrafficRouter router) : ITrafficRouter
    {
        public void Publish(RoutingPicture picture) => router.Publish(new([.. picture.Models.Select(m => m with { Spec = secrets.Fill(m.Spec) })]));

        public ObservedTraffic? Collect(int run) => router.Collect(run);
    }
}
