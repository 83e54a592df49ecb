using Haldane.Connect.Webhooks;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Hosting;

/// <summary>The secrets that a specification names, read when it comes into force. They go to the gateway, to evaluators and to receivers of webhooks only: what is stored, shown and compared has their places. Immutable.</summary>
internal sealed class Secrets
{
    private const int Longest = 4_096;

    private readonly Dictionary<SecretSpec, string> _values;

    private Secrets(Dictionary<SecretSpec, string> values) => _values = values;

    /// <summary>Reads all of them.</summary>
    /// <exception cref="FormatException">Names every one that cannot be had.</exception>
    public static Secrets Read(SpecificationSet specification) =>
        TryRead(Places(specification), out var secrets, out var faults) ? secrets : throw new FormatException(string.Join("; ", faults));

    /// <summary>Reads those of a specification that somebody applies. Whoever may do that need not have a place in this machine's files and environment: it may name what is made for it, and what stood there before.</summary>
    /// <param name="before">What is in force.</param>
    /// <param name="next">What is to be.</param>
    /// <param name="folder">Where files may be; null: nowhere.</param>
    /// <param name="secrets">Those of both, as they are now.</param>
    /// <param name="faults">Each that cannot be had or not be named.</param>
    public bool TryReadNext(SpecificationSet before, SpecificationSet next, string? folder, out Secrets secrets, out IReadOnlyList<string> faults)
    {
        var known = Places(before).ToHashSet();
        var foreign = Places(next).Where(p => !known.Contains(p) && !MayBeNamed(p.Secret, folder)).ToList();
        var isRead = TryRead(Places(next).Except(foreign), out var read, out faults);
        faults = [.. foreign.Select(p => $"{p.What}: {p.Secret} {Wanted(folder)}"), .. faults];
        var all = new Dictionary<SecretSpec, string>(_values);
        foreach (var (place, value) in read._values)
        {
            all[place] = value;
        }

        secrets = new(all);
        return isRead && foreign.Count == 0;
    }

    /// <summary>The beginning of the names that are made for specifications.</summary>
    public const string Prefix = "HALDANE_SECRET_";

    private static string Wanted(string? folder) =>
        $"may not be named by what is applied: wanted is a variable whose name begins with {Prefix}{(folder is null ? ", or a file in the folder of `haldane run --secrets`" : $", or a file in {folder}")}";

    private static bool MayBeNamed(SecretSpec secret, string? folder) => secret.Env?.StartsWith(Prefix, StringComparison.Ordinal) == true
        || (secret.File is { } file && folder is not null && Path.GetFullPath(file).StartsWith(Path.GetFullPath(folder).TrimEnd('/') + "/", StringComparison.Ordinal));

    private static bool TryRead(IEnumerable<(string What, SecretSpec Secret)> places, out Secrets secrets, out IReadOnlyList<string> faults)
    {
        var values = new Dictionary<SecretSpec, string>();
        var missing = new List<string>();
        foreach (var (what, secret) in places)
        {
            if (TryRead(secret, out var value, out var fault))
            {
                values[secret] = value;
            }
            else
            {
                missing.Add($"{what}: {secret} {fault}");
            }
        }

        (secrets, faults) = (new(values), missing);
        return missing.Count == 0;
    }

    /// <summary>A webhook's receiver with its secrets.</summary>
    public WebhookTarget Of(WebhookSpec webhook) => new(
        webhook.UrlSecret is { } place ? _values[place] : webhook.Url!, webhook.Secret is { } key ? _values[key] : null, webhook.Format, Fill(webhook.Headers));

    private static IEnumerable<(string What, SecretSpec Secret)> Places(SpecificationSet specification) =>
    [
        .. specification.Models.SelectMany(m => m.Versions.SelectMany(v => In(v.Override?.Headers ?? [], $"version {v.Name} of model {m.Name}"))),
        .. specification.Models.SelectMany(m => m.Versions.SelectMany(v => (v.Runtime?.Environment ?? []).Where(e => e.Secret is not null).Select(e => ($"{e.Name} of the process of version {v.Name} of model {m.Name}", e.Secret!)))),
        .. specification.Models.SelectMany(m => m.Signals.Evaluators.SelectMany(e => In(e.Headers, $"evaluator {e.Name} of model {m.Name}"))),
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

    /// <summary>A model with its secrets in their places.</summary>
    public ModelSpec Fill(ModelSpec model) => model with
    {
        Versions = [.. model.Versions.Select(Fill)],
        Signals = model.Signals with { Evaluators = [.. model.Signals.Evaluators.Select(e => e with { Headers = Fill(e.Headers) })] },
    };

    private VersionSpec Fill(VersionSpec version) => version with
    {
        Override = version.Override is { } change ? Fill(change) : null,
        Runtime = version.Runtime is { } runtime ? runtime with { Environment = [.. runtime.Environment.Select(e => e.Secret is { } secret ? new(e.Name, _values[secret]) : e)] } : null,
    };

    private OverrideSpec Fill(OverrideSpec change) => change with { Headers = Fill(change.Headers) };

    private ValueList<HeaderSpec> Fill(ValueList<HeaderSpec> headers) => [.. headers.Select(h => h.Secret is { } secret ? new(h.Name, _values[secret]) : h)];
}

/// <summary>A router that is told the secrets too.</summary>
internal sealed class SecretRouter(ITrafficRouter router, Secrets first) : ITrafficRouter
{
    private volatile Secrets _secrets = first;

    /// <summary>What is filled in from the next publication on.</summary>
    public Secrets Secrets
    {
        get => _secrets;
        set => _secrets = value;
    }

    public void Publish(RoutingPicture picture)
    {
        var secrets = _secrets;
        router.Publish(new([.. picture.Models.Select(m => m with { Spec = secrets.Fill(m.Spec) })]));
    }

    public ObservedTraffic? Collect(int run) => router.Collect(run);
}
