using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>runtime</c>: a process of a version's own.</summary>
internal static class RuntimeFields
{
    private static readonly MappingShape<ReadySpec> Ready = new(
        "how it says that it is ready, such as { path: /health, within: 2m }",
        new(),
        [
            Field<ReadySpec, string>.Optional("path", Texts.RequestPath, (r, v) => r with { Path = v }, "A path that answers 200 to 299 once it is ready. Default: a connection that is accepted is enough."),
            Field<ReadySpec, TimeSpan>.Optional("within", Amounts.Step, (r, v) => r with { Within = v }, "How long it may take after its start. Default: 1m."),
        ]);

    private static readonly MappingShape<WarmUpSpec> WarmUp = new(
        "a request such as { path: /predict, body: '{\"x\": 1}', times: 20 }",
        new(""),
        [
            Field<WarmUpSpec, string>.Optional("path", Texts.RequestPath, (w, v) => w with { Path = v }, "Its path and query."),
            Field<WarmUpSpec, string>.Optional("body", Texts.Bounded("a body of at most 65,536 characters", 65_536, isOneLine: false), (w, v) => w with { Body = v }, "Its body, sent as JSON with POST. Default: GET."),
            Field<WarmUpSpec, int>.Optional("times", Amounts.Times, (w, v) => w with { Times = v }, "How often it is sent. Default: 1."),
            Field<WarmUpSpec, int>.Optional("recent", Amounts.Recent, (w, v) => w with { Recent = v }, "Instead of a path: how many of the model's latest requests are sent to it."),
        ],
        static (request, node, errors) =>
        {
            if (node.Find("recent") is { } recent && node.Find("path") is not null)
            {
                errors.Report(recent, "found recent beside path; wanted one of the two: a request that is given, or requests of callers");
            }
            else if (node is { IsCut: false } && node.Find("recent") is null && node.Find("path") is null)
            {
                errors.Report(node, "found neither path nor recent; wanted one of the two, e.g. { path: /predict } or { recent: 50 }");
            }

            foreach (var field in new[] { "body", "times" }.Where(f => node.Find("recent") is not null && node.Find(f) is not null))
            {
                errors.Report(node.Find(field)!, $"found {field} beside recent; wanted it only beside path: requests of callers are sent as they were, once each");
            }

            return request;
        });

    /// <summary>A process.</summary>
    public static readonly MappingShape<RuntimeSpec> Runtime = new(
        "a process such as { command: [python3, server.py], ready: { path: /health } }",
        new([]),
        [
            Field<RuntimeSpec, ValueList<string>>.Required("command", new ListShape<string>(Texts.Argument, 1, 256, "words"), (r, v) => r with { Command = v }, "The program and its arguments; no shell reads them."),
            Field<RuntimeSpec, string>.Optional("directory", Texts.Bounded("the path of a folder, e.g. /srv/fraud", 1_024, isOneLine: true), (r, v) => r with { Directory = v }, "The folder that it runs in. Default: Haldane's."),
            Field<RuntimeSpec, ValueList<(string Name, HeaderSpec Value)>>.Optional(
                "environment", HeaderFields.Table, (r, v) => r with { Environment = [.. v.Select(e => new VariableSpec(e.Name, e.Value.Value) { Secret = e.Value.Secret })] },
                "Its environment, beside PATH, HOME and the like; secrets stand elsewhere: { env: NAME } or { file: PATH }."),
            Field<RuntimeSpec, double>.Optional("cpu", Amounts.Cores, (r, v) => r with { Cpu = v }, "Cores that it may use at most; needs a control group. Default: all."),
            Field<RuntimeSpec, long>.Optional("memory", Amounts.Bytes, (r, v) => r with { Memory = v }, "Memory that it may use at most, e.g. 4GiB; needs a control group. Default: all."),
            Field<RuntimeSpec, ReadySpec>.Optional("ready", Ready, (r, v) => r with { Ready = v }, "How it says that it is ready."),
            Field<RuntimeSpec, ValueList<WarmUpSpec>>.Optional("warmUp", new ListShape<WarmUpSpec>(WarmUp, 1, 64, "requests"), (r, v) => r with { WarmUp = v }, "Requests that are sent to it before callers are. Default: none."),
            Field<RuntimeSpec, int>.Optional("restarts", Amounts.Restarts, (r, v) => r with { Restarts = v }, "How often it is started again within ten minutes before it is given up. Default: 5."),
            Field<RuntimeSpec, TimeSpan>.Optional("drain", Amounts.Delay, (r, v) => r with { Drain = v }, "How long it lives on when it is no longer needed. Default: 30s."),
        ],
        static (runtime, node, errors) =>
        {
            CheckEnvironment(node, errors);
            return runtime;
        });

    private static void CheckEnvironment(YamlMapping runtime, FileErrors errors)
    {
        if (runtime.Find("environment") is not YamlMapping table)
        {
            return;
        }

        foreach (var (key, content) in table.Entries)
        {
            var fault = key.Text.Length is 0 or > 128 || char.IsAsciiDigit(key.Text[0]) || !key.Text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
                ? $"found {Clip.Quoted(key.Text)}; wanted the name of a variable, e.g. MODEL_PATH"
                : content is YamlScalar && HeaderFields.SpeaksOfCredential(key.Text)
                    ? $"found the value of {Clip.Quoted(key.Text)} itself; wanted where the secret stands, such as {{ env: MODEL_KEY }} or {{ file: /run/secrets/model-key }}: a specification is stored and shown"
                    : null;
            if (fault is not null)
            {
                errors.Report(key.At, table.PathTo("." + Clip.Plain(key.Text)), fault);
            }
        }
    }

    /// <summary>Reports processes whose address cannot be theirs.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        foreach (var version in ((node.Find("versions") as YamlSequence)?.Items ?? []).OfType<YamlMapping>().Where(v => v.Find("runtime") is not null))
        {
            CheckRecent(model, version, errors);
            if (version.Find("endpoints") is YamlSequence { Items: [YamlScalar only] } && Uri.TryCreate(only.Text, UriKind.Absolute, out var address) && address.IsLoopback && address.Scheme is "http" or "h2c")
            {
                continue;
            }

            errors.Report(version.Find("endpoints") ?? version, "found endpoints that are not the one of the version's own process; wanted exactly one, http or h2c on this machine, e.g. [\"http://127.0.0.1:9002\"]");
        }
    }

    // What callers send again can be done to a version only where it does no harm, and by the relay that copies are sent by.
    private static void CheckRecent(ModelSpec model, YamlMapping version, FileErrors errors)
    {
        if ((((version.Find("runtime") as YamlMapping)?.Find("warmUp") as YamlSequence)?.Items ?? []).OfType<YamlMapping>().Select(w => w.Find("recent")).FirstOrDefault(r => r is not null) is not { } recent)
        {
            return;
        }

        if (!model.CallsMayBeRepeated)
        {
            errors.Report(recent, "found recent in a model whose calls may not be repeated; wanted a protocol that makes it safe, failover: always, or requests that are given");
        }
        else if (version.Find("endpoints") is YamlSequence { Items: [YamlScalar { Text: var address }] } && address.StartsWith("h2c:", StringComparison.Ordinal))
        {
            errors.Report(recent, "found recent in a version with an h2c endpoint; wanted an http endpoint, or requests that are given");
        }
    }
}
