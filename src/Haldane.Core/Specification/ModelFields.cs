using Haldane.Core.Evidence;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>kind: Model</c>.</summary>
internal static class ModelFields
{
    private static readonly MappingShape<SubjectSpec> Subject = new(
        "{ header: X-User-Id } or { cookie: session }",
        new(),
        [
            Field<SubjectSpec, string>.Optional("header", Texts.Header, (s, v) => s with { Header = v },
                "The request header that holds the subject."),
            Field<SubjectSpec, string>.Optional("cookie", Texts.Cookie, (s, v) => s with { Cookie = v }, "The cookie that holds the subject."),
        ],
        ExactlyOnePlace,
        schema => (schema["minProperties"], schema["maxProperties"]) = (1, 1));

    private static readonly MappingShape<ValueSpec> Value = new(
        "a value such as { name: revenue, max: 500 }",
        new("", 0, double.NaN),
        [
            Field<ValueSpec, string>.Required("name", Texts.Name, (v, x) => v with { Name = x }, "What feedback calls the number; unique within the model."),
            Field<ValueSpec, double>.Optional("min", Amounts.Number, (v, x) => v with { Min = x }, "Less than this counts as this. Default: 0."),
            Field<ValueSpec, double>.Required(
                "max", Amounts.Number, (v, x) => v with { Max = x },
                "More than this counts as this, so that a few wild numbers decide nothing. Take what few ever exceed, e.g. the largest of a thousand."),
        ],
        static (value, node, errors) =>
        {
            if (value.Max <= value.Min)
            {
                errors.Report(node.Find("max")!, $"found max {value.Max:0.######} with min {value.Min:0.######}; wanted a max above the min");
            }

            return value;
        });

    private static readonly MappingShape<SignalsSpec> Signals = new(
        "what is read from a response, such as { prediction: { response: /outputs/0/data/0, classes: [legit, fraud] } }",
        new(),
        [
            Field<SignalsSpec, PredictionSpec>.Optional(
                "prediction", PredictionFields.Prediction, (s, v) => s with { Prediction = v },
                "The predicted class. Guards on prediction-drift, accuracy and calibration need it."),
            Field<SignalsSpec, ConfidenceSpec>.Optional("confidence", PredictionFields.Confidence, (s, v) => s with { Confidence = v },
                "How sure the model says it is. Guards on confidence-drift and calibration need it."),
            Field<SignalsSpec, AttributionSpec>.Optional("attribution", PredictionFields.Attribution, (s, v) => s with { Attribution = v },
                "How much each feature did to the answer, as the model says. Guards on attribution-drift need it."),
            Field<SignalsSpec, ValueList<ValueSpec>>.Optional(
                "values",
                new ListShape<ValueSpec>(Value, 0, 16, "values", Unique.Names),
                (s, v) => s with { Values = v },
                "Named numbers that feedback may bring, or that the gateway reads (input-tokens, output-tokens, output-length, time-per-token, cost of generated text; batch-size of predictions), for guards on mean:<value>. Default: none."),
            Field<SignalsSpec, ValueList<string>>.Optional(
                "events",
                new ListShape<string>(Texts.Event, 0, 16, "events", Unique.Values),
                (s, v) => s with { Events = v },
                "What feedback may say has happened, for guards on rate:<event>, and conversion for the guard of that name. Default: none."),
            Field<SignalsSpec, ValueList<GaugeSpec>>.Optional(
                "gauges",
                new ListShape<GaugeSpec>(GaugeFields.Gauge, 0, 16, "gauges", Unique.Names),
                (s, v) => s with { Gauges = v },
                "Numbers that a version has at every moment, such as its utilisation, for guards on gauge:<name>: pushed, or read from its metrics or its process. Default: none."),
            Field<SignalsSpec, ValueList<EvaluatorSpec>>.Optional(
                "evaluators",
                new ListShape<EvaluatorSpec>(EvaluatorFields.Evaluator, 0, 8, "evaluators", Unique.Names),
                (s, v) => s with { Evaluators = v },
                "Services that score a sample of the answers of both arms, for guards on mean:<value>. Default: none."),
        ]);

    private static readonly ChoiceShape<Protocol> ProtocolNames = new(
        ("http", Protocol.Http),
        ("open-inference", Protocol.OpenInference),
        ("tensorflow-serving", Protocol.TensorFlowServing),
        ("torchserve", Protocol.TorchServe),
        ("mlflow", Protocol.MLflow),
        ("seldon", Protocol.Seldon),
        ("openai", Protocol.OpenAi),
        ("anthropic", Protocol.Anthropic),
        ("ollama", Protocol.Ollama));

    private static readonly MappingShape<PriceSpec> Price = new(
        "prices for a million tokens such as { input: 0.15, output: 0.60 }",
        new(0, 0, double.NaN),
        [
            Field<PriceSpec, double>.Required("input", Amounts.Size, (p, v) => p with { Input = v }, "Tokens of the request."),
            Field<PriceSpec, double>.Required("output", Amounts.Size, (p, v) => p with { Output = v }, "Tokens of the answer."),
            Field<PriceSpec, double>.Optional("cached", Amounts.Size, (p, v) => p with { Cached = v }, "Tokens of the request that came from a cache. Default: as input."),
        ],
        static (price, _, _) => double.IsNaN(price.Cached) ? price with { Cached = price.Input } : price);

    private static readonly MappingShape<VersionSpec> Version = new(
        "a version such as { name: v1, endpoints: [\"http://10.0.0.7:9001\"] }",
        new("", []),
        [
            Field<VersionSpec, string>.Required("name", Texts.Name, (v, x) => v with { Name = x },
                "What the version is called; unique within the model."),
            Field<VersionSpec, ValueList<string>>.Required(
                "endpoints",
                new ListShape<string>(Texts.Endpoint, 1, 64, "endpoints", UniqueEndpoints),
                (v, x) => v with { Endpoints = x },
                "The addresses of the version's servers, used in turn: http, https or h2c (HTTP/2 without TLS), without a path."),
            Field<VersionSpec, PriceSpec>.Optional(
                "price", Price, (v, x) => v with { Price = x }, "What a million of its tokens cost, for the value cost; the same currency for all versions. Default: not known."),
            Field<VersionSpec, OverrideSpec>.Optional(
                "override", OverrideFields.Override, (v, x) => v with { Override = x },
                "What of a request is changed before the version gets it: model name, system prompt, parameters, headers, path. Default: nothing."),
            Field<VersionSpec, RuntimeSpec>.Optional(
                "runtime", RuntimeFields.Runtime, (v, x) => v with { Runtime = x }, "A process of its own, which Haldane starts, warms up, watches and ends. Default: somebody else runs its server."),
            Field<VersionSpec, ValueList<string>>.Optional(
                "metrics",
                new ListShape<string>(Texts.MetricsAddress, 1, 64, "addresses", Unique.Values),
                (v, x) => v with { Metrics = x },
                "Where its metrics are read for the model's gauges, in the text form of Prometheus, with the path; one for each of its servers. Default: nowhere."),
        ]);

    private static readonly MappingShape<RouteSpec> Route = new(
        "a route such as { path: \"/v2/models/fraud/**\" }",
        new(""),
        [
            Field<RouteSpec, string>.Required(
                "path", Texts.RoutePath, (r, v) => r with { Path = v },
                "An exact path, or a prefix that ends in /**. The longest match wins; no two models share a path."),
        ]);

    /// <summary>The field <c>spec</c> of a model. The name comes from <c>metadata</c>.</summary>
    public static readonly MappingShape<ModelSpec> Spec = new(
        "the model's fields, at least route and versions",
        new() { Name = "", Route = new(""), Versions = [] },
        [
            Field<ModelSpec, Protocol>.Optional(
                "protocol",
                ProtocolNames,
                (m, v) => m with { Protocol = v },
                "How callers and versions speak; decides which calls count and may be repeated, and what is read of them. Default: http."),
            Field<ModelSpec, RouteSpec>.Required("route", Route, (m, v) => m with { Route = v }, "Which requests belong to the model."),
            Field<ModelSpec, SubjectSpec>.Optional(
                "subject", Subject, (m, v) => m with { Subject = v }, "Who is assigned to an arm. Default: each request on its own."),
            Field<ModelSpec, ValueList<SegmentSpec>>.Optional(
                "segments",
                new ListShape<SegmentSpec>(SegmentFields.Segment, 0, 8, "segments", SegmentFields.CheckAll),
                (m, v) => m with { Segments = v },
                "Named slices of the traffic: by a request header, by whether the subject has called before, or by whether the canary has just started. Default: none."),
            Field<ModelSpec, SignalsSpec>.Optional("signals", Signals, (m, v) => m with { Signals = v },
                "What is read from a response. Default: nothing."),
            Field<ModelSpec, ValueList<VersionSpec>>.Required(
                "versions",
                new ListShape<VersionSpec>(Version, 1, 64, "versions", Unique.Names),
                (m, v) => m with { Versions = v },
                "What can answer for the model. The first one serves until a rollout says otherwise."),
            Field<ModelSpec, Failover>.Optional(
                "failover",
                new ChoiceShape<Failover>(("auto", Failover.Auto), ("always", Failover.Always), ("never", Failover.Never)),
                (m, v) => m with { Failover = v },
                "Whether a call that failed at the canary before its first response byte is sent to the baseline. Default: auto, where the protocol makes a repeat safe."),
            Field<ModelSpec, TimeSpan>.Optional(
                "timeout",
                Amounts.Timeout,
                (m, v) => m with { Timeout = v },
                "How long a version may take to its first response byte, and how long an exchange may stand still. Default: 30s."),
            Field<ModelSpec, bool>.Optional(
                "showArm", new SwitchShape(), (m, v) => m with { ShowArm = v }, "Whether responses carry the header x-haldane-arm. Default: false."),
            Field<ModelSpec, TrafficSpec>.Optional(
                "traffic", TrafficFields.Traffic, (m, v) => m with { Traffic = v }, "What the traffic is like, for forecasts and simulations only. Default: not known."),
            Field<ModelSpec, AboutSpec>.Optional("about", AboutFields.About, (m, v) => m with { About = v }, "What an inventory says of the model: owner, purpose, risk and data. Default: not known."),
        ],
        static (model, node, errors) =>
        {
            OverrideChecks.Check(model, node, errors);
            TrafficFields.Check(model, node, errors);
            CheckPrices(model, node, errors);
            PredictionFields.Check(model, node, errors);
            GaugeFields.Check(model, node, errors);
            EvaluatorFields.Check(model, node, errors);
            RuntimeFields.Check(model, node, errors);
            SegmentFields.Check(model, node, errors);
            return model;
        });

    /// <summary>Whether the model's protocol is known, be it the default.</summary>
    internal static bool KnowsProtocol(YamlMapping model) => model.Find("protocol") is not { } written || ProtocolNames.TryRead(written, new FileErrors(""), out _);

    // A version without a price would be compared as if its tokens cost nothing.
    private static void CheckPrices(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        if (!model.Protocol.GeneratesText() || model.Signals.FindValue(GatewayValues.Cost) is null || node.Find("versions") is not YamlSequence versions)
        {
            return;
        }

        foreach (var version in versions.Items.OfType<YamlMapping>().Where(v => v.Find("price") is null))
        {
            errors.Report(version, $"found a version without a price in a model with the value \"{GatewayValues.Cost}\"; wanted price, e.g. {{ input: 0.15, output: 0.60 }}, for each version");
        }
    }

    private static SubjectSpec ExactlyOnePlace(SubjectSpec subject, YamlMapping node, FileErrors errors)
    {
        var (header, cookie) = (node.Find("header"), node.Find("cookie"));
        if (header is not null && cookie is not null)
        {
            errors.Report(node, "found both \"header\" and \"cookie\"; wanted one of them: remove the other");
        }
        else if (node is { Entries.Count: 0, IsCut: false })
        {
            errors.Wrong(node, Subject.Wanted);
        }

        return subject;
    }

    private static void UniqueEndpoints(YamlSequence sequence, FileErrors errors) =>
        Unique.Check(sequence.Items.OfType<YamlScalar>(), s => Endpoints.Key(s.Text), errors);
}
