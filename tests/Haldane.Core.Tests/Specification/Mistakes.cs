namespace Haldane.Core.Tests.Specification;

/// <summary>One mistake: what is changed in the sample, where the message points, and what it says.</summary>
public sealed record Mistake(string What, string Find, string Replace, int Line, int Column, string Path, string Says)
{
    public override string ToString() => What;
}

/// <summary>Mistakes that are made in the right specification, one at a time.</summary>
/// <remarks>One table, and long as such: whoever adds a field adds its mistakes beside their like.</remarks>
internal static class Mistakes
{
    public static Mistake[] Structure =>
    [
        new(
            "unknown field", "bake: 15m }\n    - { share: 10%", "bak: 15m }\n    - { share: 10%", 29, 20, "spec.stages[0].bak",
            "found the unknown field \"bak\"; wanted one of name, kind, share, bake, exchanges, subjects, guards, stay, whenUndecided, approval, schedule: did you mean \"bake\"?"),
        new(
            "far unknown field", "  showArm: false", "  replicas: 3", 18, 3, "spec.replicas",
            "found the unknown field \"replicas\"; wanted one of protocol, route, subject, segments, signals, versions, failover, timeout, showArm, traffic, about"),
        new(
            "missing field", "  model: fraud\n", "", 24, 3, "spec.model",
            "found no field \"model\"; wanted a name of at most 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends, e.g. fraud-v2"),
        new(
            "missing spec", "metadata: { name: fraud-v2 }\nspec:", "metadata: { name: fraud-v2 }\nspecs:", 23, 1, "specs",
            "found the unknown field \"specs\"; wanted one of apiVersion, kind, metadata, spec: did you mean \"spec\"?"),
        new(
            "wrong api version", "apiVersion: haldane.dev/v1\nkind: Model", "apiVersion: haldane.dev/v2\nkind: Model", 1, 13, "apiVersion",
            "found \"haldane.dev/v2\"; wanted haldane.dev/v1: did you mean haldane.dev/v1?"),
        new(
            "wrong kind", "kind: Rollout", "kind: Rolout", 21, 7, "kind",
            "found \"Rolout\"; wanted Model, Rollout, Policy or Webhook: did you mean Rollout?"),
        new(
            "list instead of mapping", "route: { path: \"/v2/models/fraud/**\" }", "route: [\"/v2\"]", 6, 10, "spec.route",
            "found a list; wanted a route such as { path: \"/v2/models/fraud/**\" }"),
        new(
            "scalar instead of list", "classes: [legit, fraud]", "classes: legit", 11, 57, "spec.signals.prediction.classes",
            "found \"legit\"; wanted a list of 2 to 100 classes: put it in brackets, or in lines that begin with '- '"),
        new(
            "nothing instead of a list", "endpoints: [\"http://127.0.0.1:9001\"]", "endpoints:", 14, 30, "spec.versions[0].endpoints",
            "found nothing; wanted a list of 1 to 64 endpoints"),
        new(
            "duplicate key", "  timeout: 30s\n", "  timeout: 30s\n  timeout: 31s\n", 18, 3, "spec.timeout",
            "found \"timeout\" twice, first at line 17, column 3; wanted it once: remove one of the two"),
        new(
            "truth by another word", "showArm: false", "showArm: yes", 18, 12, "spec.showArm",
            "found \"yes\"; wanted true or false: write true"),
        new(
            "quoted truth", "showArm: false", "showArm: \"false\"", 18, 12, "spec.showArm",
            "found the text \"false\"; wanted true or false: write false without quotes"),
        new(
            "unknown choice", "failover: auto", "failover: alwyas", 16, 13, "spec.failover",
            "found \"alwyas\"; wanted auto, always or never: did you mean always?"),
        new(
            "document that is a list", "---\napiVersion", "---\n- 1\n---\napiVersion", 20, 1, "",
            "found a list; wanted a document with apiVersion, kind, metadata and spec"),
    ];

    public static Mistake[] Names =>
    [
        new(
            "name in capitals", "metadata: { name: fraud-v2 }", "metadata: { name: Fraud_V2 }", 22, 19, "metadata.name",
            "found \"Fraud_V2\"; wanted a name of at most 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends, e.g. fraud-v2: write fraud-v2"),
        new(
            "name that is a number", "{ name: mix,", "{ name: 7,", 36, 15, "spec.guards[3].name",
            "found \"7\"; wanted a name of at most 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends, e.g. fraud-v2: quote it, so that it is a text: \"7\""),
        new(
            "two versions of a name", "name: v2, endpoints", "name: v1, endpoints", 15, 15, "spec.versions[1].name",
            "found \"v1\" twice, first at line 14, column 15; wanted it once: rename or remove one of the two"),
        new(
            "two guards of a name", "{ name: p99,", "{ name: errors,", 34, 15, "spec.guards[1].name",
            "found \"errors\" twice, first at line 33, column 15; wanted it once: rename or remove one of the two"),
        new(
            "unknown model", "model: fraud\n", "model: frod\n", 24, 10, "spec.model",
            "found \"frod\", which is no model; wanted one of fraud: did you mean \"fraud\"?"),
        new(
            "unknown version", "canary: v2", "canary: v3", 26, 11, "spec.canary",
            "found \"v3\", which is no version of fraud; wanted one of v1, v2"),
        new(
            "same version twice", "canary: v2", "canary: v1", 26, 11, "spec.canary",
            "found \"v1\"; wanted another version than the baseline"),
        new(
            "unknown segment", "atMost: { ratio: 2.0 } }", "atMost: { ratio: 2.0 }, segments: [contry] }", 33, 78, "spec.guards[0].segments[0]",
            "found \"contry\", which is no segment of fraud; wanted one of country: did you mean \"country\"?"),
    ];

    public static Mistake[] Models =>
    [
        new(
            "route without slash", "\"/v2/models/fraud/**\"", "v2/models", 6, 18, "spec.route.path",
            "found \"v2/models\"; wanted a path that begins with '/', e.g. /predict or /v2/models/fraud/**: begin it with '/'"),
        new(
            "wildcard inside a route", "\"/v2/models/fraud/**\"", "/v2/*/fraud", 6, 18, "spec.route.path",
            "found \"/v2/*/fraud\"; wanted a path that begins with '/', e.g. /predict or /v2/models/fraud/**: the only wildcard is '/**' at the end"),
        new(
            "dots in a route", "\"/v2/models/fraud/**\"", "/v2/../fraud", 6, 18, "spec.route.path",
            "found \"/v2/../fraud\"; wanted a path that begins with '/', e.g. /predict or /v2/models/fraud/**: write it without '.' and '..'"),
        new(
            "query in a route", "\"/v2/models/fraud/**\"", "/v2?x=1", 6, 18, "spec.route.path",
            "found \"/v2?x=1\"; wanted a path that begins with '/', e.g. /predict or /v2/models/fraud/**: leave out the query"),
        new(
            "two subjects", "{ header: X-User-Id }", "{ header: X-User-Id, cookie: id }", 7, 12, "spec.subject",
            "found both \"header\" and \"cookie\"; wanted one of them: remove the other"),
        new(
            "header with a space", "{ header: X-User-Id }", "{ header: \"X User\" }", 7, 22, "spec.subject.header",
            "found the text \"X User\"; wanted a header name, e.g. X-User-Id"),
        new(
            "reserved segment value", "[MY, SG, ID]", "[MY, other]", 9, 56, "spec.segments[0].values[1]",
            "found \"other\"; wanted a value of the header, e.g. MY: \"other\" is reserved for all values that are not listed, remove it"),
        new(
            "repeated segment value", "[MY, SG, ID]", "[MY, SG, MY]", 9, 60, "spec.segments[0].values[2]",
            "found \"MY\" twice, first at line 9, column 52; wanted it once: rename or remove one of the two"),
        new(
            "repeated class", "[legit, fraud]", "[fraud, fraud]", 11, 65, "spec.signals.prediction.classes[1]",
            "found \"fraud\" twice, first at line 11, column 58; wanted it once: rename or remove one of the two"),
        new(
            "one class", "[legit, fraud]", "[fraud]", 11, 57, "spec.signals.prediction.classes",
            "found 1 classes; wanted 2 to 100"),
        new(
            "JSONPath instead of a pointer", "response: /outputs/1/data/0", "response: \"$.outputs[1].data[0]\"", 12, 29, "spec.signals.confidence.response",
            "found the text \"$.outputs[1].data[0]\"; wanted a JSON pointer (RFC 6901), e.g. /outputs/0/data/0: write /outputs/1/data/0"),
        new(
            "dots instead of a pointer", "response: /outputs/1/data/0", "response: outputs.1.data", 12, 29, "spec.signals.confidence.response",
            "found \"outputs.1.data\"; wanted a JSON pointer (RFC 6901), e.g. /outputs/0/data/0: write /outputs/1/data"),
        new(
            "wrong tilde", "response: /outputs/1/data/0", "response: /a~2b", 12, 29, "spec.signals.confidence.response",
            "found \"/a~2b\"; wanted a JSON pointer (RFC 6901), e.g. /outputs/0/data/0: write '~' as '~0' ('/' in a name is '~1')"),
        new(
            "endpoint without scheme", "\"http://127.0.0.1:9002\"", "\"127.0.0.1:9002\"", 15, 31, "spec.versions[1].endpoints[0]",
            "found the text \"127.0.0.1:9002\"; wanted an address such as http://10.0.0.7:9001 (http, https or h2c, without a path): begin it with http://"),
        new(
            "endpoint with a path", "\"http://127.0.0.1:9002\"", "\"http://127.0.0.1:9002/v2\"", 15, 31, "spec.versions[1].endpoints[0]",
            "found the text \"http://127.0.0.1:9002/v2\"; wanted an address such as http://10.0.0.7:9001 (http, https or h2c, without a path): the path comes from the caller's request, leave out \"/v2\""),
        new(
            "endpoint of another scheme", "\"http://127.0.0.1:9002\"", "\"grpc://127.0.0.1:9002\"", 15, 31, "spec.versions[1].endpoints[0]",
            "found the text \"grpc://127.0.0.1:9002\"; wanted an address such as http://10.0.0.7:9001 (http, https or h2c, without a path): the schemes are http, https and h2c (HTTP/2 without TLS)"),
        new(
            "endpoint with a password", "\"http://127.0.0.1:9002\"", "\"http://me:secret@127.0.0.1:9002\"", 15, 31, "spec.versions[1].endpoints[0]",
            "found the text \"http://…@127.0.0.1:9002\"; wanted an address such as http://10.0.0.7:9001 (http, https or h2c, without a path): leave out the user and the password"),
        new(
            "repeated endpoint", "[\"http://127.0.0.1:9002\"]", "[\"http://model:80\", \"http://MODEL\"]", 15, 50, "spec.versions[1].endpoints[1]",
            "found \"http://MODEL\" twice, first at line 15, column 31; wanted it once: rename or remove one of the two"),
        new(
            "no endpoint", "[\"http://127.0.0.1:9002\"]", "[]", 15, 30, "spec.versions[1].endpoints",
            "found 0 endpoints; wanted 1 to 64"),
        new(
            "timeout without unit", "timeout: 30s", "timeout: 30", 17, 12, "spec.timeout",
            "found \"30\"; wanted a duration from 1ms to 1d, e.g. 30s: the unit is missing, write e.g. 30s"),
    ];

    public static Mistake[] Signals =>
    [
        new(
            "unknown value", "signal: error-rate, atMost: { ratio: 2.0 }", "signal: mean:revenu, atLeast: { ratio: 0.95 }", 33, 31, "spec.guards[0].signal",
            "found \"revenu\", which is no value of fraud (spec.signals.values); wanted one, but there is none"),
        new(
            "unknown event", "signal: error-rate,", "signal: rate:refusd,", 33, 31, "spec.guards[0].signal",
            "found \"refusd\", which is no event of the gateway or of fraud (spec.signals.events); wanted one of refused, empty: did you mean \"refused\"?"),
        new(
            "conversion without events", "signal: error-rate, atMost: { ratio: 2.0 }", "signal: conversion, atLeast: { ratio: 0.95 }", 33, 31, "spec.guards[0].signal",
            "found \"conversion\", which is no event of the gateway or of fraud (spec.signals.events); wanted one of refused, empty"),
        new(
            "agreement without shadow", "signal: error-rate, atMost: { ratio: 2.0 }", "signal: agreement, atLeast: { value: 98% }", 33, 31, "spec.guards[0].signal",
            "found the signal \"agreement\", which is measured on shadow traffic; wanted another one, or a stage { kind: shadow, bake: 10m } in front: no stage is a shadow stage"),
        new(
            "segments of throughput", "signal: error-rate, atMost: { ratio: 2.0 }", "signal: throughput, atLeast: { ratio: 0.9 }, segments: all", 33, 78, "spec.guards[0].segments",
            "found segments on throughput; wanted none: it is counted for everyone only"),
        new(
            "value without a range", "confidence: { response: /outputs/1/data/0 }", "values: [{ name: revenue, min: 5, max: 2 }]", 12, 44, "spec.signals.values[0].max",
            "found max 2 with min 5; wanted a max above the min"),
        new(
            "event of the gateway", "confidence: { response: /outputs/1/data/0 }", "events: [refused]", 12, 14, "spec.signals.events[0]",
            "found \"refused\"; wanted the name of an event, e.g. conversion: the gateway sees \"refused\" itself, remove it"),
        new(
            "ratio of a mean that is no ratio", "signal: error-rate, atMost: { ratio: 2.0 }", "signal: throughput, atMost: { ratio: 0.9 }", 33, 60, "spec.guards[0].atMost.ratio",
            "found throughput atMost ratio; wanted atLeast with ratio (a ratio from 0.01 to 0.98, e.g. 0.95)"),
    ];

    public static Mistake[] Guards =>
    [
        new(
            "unknown signal", "signal: error-rate", "signal: eror-rate", 33, 31, "spec.guards[0].signal",
            "found \"eror-rate\"; wanted error-rate, latency-p50, latency-p90, latency-p95, latency-p99, latency-p99.9, latency-distribution, time-to-first-token, time-to-first-token-p50, time-to-first-token-p90, time-to-first-token-p99, throughput, prediction-drift, confidence-drift, attribution-drift, accuracy, calibration, conversion, agreement, mean:<value>, rate:<event> or gauge:<gauge>: did you mean error-rate?"),
        new(
            "ratio in percent", "{ ratio: 1.10 }", "{ ratio: 10% }", 34, 58, "spec.guards[1].atMost.ratio",
            "found \"10%\"; wanted a ratio from 1.02 to 100, e.g. 1.10: a ratio has no percent sign, write e.g. 1.1"),
        new(
            "ratio below one", "{ ratio: 1.10 }", "{ ratio: 0.9 }", 34, 58, "spec.guards[1].atMost.ratio",
            "found \"0.9\"; wanted a ratio from 1.02 to 100, e.g. 1.10"),
        new(
            "line on the wrong side", "atLeast: { difference: -1pp }", "atMost: { difference: -1pp }", 37, 65, "spec.guards[4].atMost.difference",
            "found accuracy atMost difference; wanted atLeast with difference (a difference below 0pp and above -100pp, e.g. -1pp), or atLeast with ratio (a ratio from 0.01 to 0.98, e.g. 0.95), or atLeast with value (a rate above 0% and below 100%, e.g. 92%)"),
        new(
            "line on the wrong scale", "{ value: 300ms }", "{ jensenShannon: 0.1 }", 35, 66, "spec.guards[2].atMost.jensenShannon",
            "found latency-p99 atMost jensenShannon; wanted atMost with ratio (a ratio from 1.02 to 100, e.g. 1.10), or atMost with value (a duration above 0s and at most 1d, e.g. 300ms), or atMost with difference (a duration above 0s and at most 1d, e.g. 20ms)"),
        new(
            "accuracy that may not fall", "difference: -1pp", "difference: 0pp", 37, 66, "spec.guards[4].atLeast.difference",
            "found \"0pp\"; wanted a difference below 0pp and above -100pp, e.g. -1pp"),
        new(
            "difference in percent", "difference: -1pp", "difference: -1%", 37, 66, "spec.guards[4].atLeast.difference",
            "found \"-1%\"; wanted a difference below 0pp and above -100pp, e.g. -1pp: a difference is in percentage points, write e.g. -1pp"),
        new(
            "value without unit", "value: 300ms", "value: 300", 35, 58, "spec.guards[2].atMost.value",
            "found \"300\"; wanted a duration above 0s and at most 1d, e.g. 300ms: the unit is missing, write e.g. 300s"),
        new(
            "both sides", "atMost: { ratio: 2.0 } }", "atMost: { ratio: 2.0 }, atLeast: { value: 1% } }", 33, 76, "spec.guards[0].atLeast",
            "found both \"atMost\" and \"atLeast\"; wanted one of them: write two guards"),
        new(
            "no side", ", atMost: { ratio: 2.0 } }", " }", 33, 7, "spec.guards[0]",
            "found no line; wanted atMost with ratio (a ratio from 1.1 to 50, e.g. 2.0), or atMost with value (a rate above 0% and below 100%, e.g. 2%), or atMost with difference (a difference above 0pp and below 100pp, e.g. 0.5pp)"),
        new(
            "two amounts", "{ ratio: 1.10 }", "{ ratio: 1.10, value: 1s }", 34, 49, "spec.guards[1].atMost",
            "found 2 amounts; wanted exactly one of ratio, difference, value and jensenShannon"),
        new(
            "fine on the bad side", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, fine: { ratio: 1.2 } }", 34, 81, "spec.guards[1].fine.ratio",
            "found \"1.2\"; wanted a ratio below 1.10, the line of atMost"),
        new(
            "fine on another scale", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, fine: { value: 1s } }", 34, 81, "spec.guards[1].fine.value",
            "found value; wanted ratio, the scale of atMost"),
        new(
            "floor where none belongs", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, floor: 1% }", 34, 73, "spec.guards[1].floor",
            "found a floor on latency-p99 atMost ratio; wanted it only for atMost with ratio of error-rate and of the gateway's own events (refused, empty, model-refusal, truncated, invalid-json, invalid-schema, invalid-tool-call): remove it"),
        new(
            "asked for too late", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, requiredFrom: 60% }", 34, 80, "spec.guards[1].requiredFrom",
            "found \"60%\"; wanted at most 50%, the share of the last stage: no stage would ever ask for it"),
        new(
            "weight of nothing", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, weight: 0 }", 34, 74, "spec.guards[1].weight",
            "found \"0\"; wanted a number above 0 and at most 100, e.g. 2"),
        new(
            "quoted weight", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, weight: \"2\" }", 34, 74, "spec.guards[1].weight",
            "found the text \"2\"; wanted a number above 0 and at most 100, e.g. 2: remove the quotes"),
        new(
            "segments in a word", "{ ratio: 1.10 } }", "{ ratio: 1.10 }, segments: country }", 34, 76, "spec.guards[1].segments",
            "found \"country\"; wanted all, none, or a list of segments such as [country]: put names in brackets, [country]"),
    ];

    public static Mistake[] Syntax =>
    [
        new(
            "tab", "  baseline: v1", "\tbaseline: v1", 25, 1, "",
            "found a tab; wanted spaces: indent with spaces"),
        new(
            "tab in a list", "    - { share: 10%", "\t- { share: 10%", 30, 1, "",
            "found a tab; wanted spaces: indent with spaces"),
        new(
            "open bracket", "[MY, SG, ID]", "[MY, SG, ID", 9, 51, "",
            "found '[' that is not closed, or a comma missing after it; wanted ']' or ',': close the bracket"),
        new(
            "open brace", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m", 30, 7, "",
            "found '{' that is not closed, or a comma missing after it; wanted '}' or ',': close the bracket"),
        new(
            "open quote", "\"/v2/models/fraud/**\"", "\"/v2/models/fraud/**", 6, 18, "",
            "found a quote that goes on in the next line; wanted the closing quote"),
        new(
            "bad indentation", "  timeout: 30s", "   timeout: 30s", 17, 11, "",
            "found a colon where none can stand; wanted one 'name: value' a line: check the indentation, or quote a value that holds ': '"),
        new(
            "bad indentation to the left", "  timeout: 30s", " timeout: 30s", 17, 2, "",
            "found a line that is no field, or bad indentation; wanted 'name: value', aligned with the fields before it"),
        new(
            "no colon", "  timeout: 30s", "  timeout 30s", 17, 3, "",
            "found a line that is no field, or bad indentation; wanted 'name: value', aligned with the fields before it"),
        new(
            "two colons", "  timeout: 30s", "  timeout: a: 30s", 17, 13, "",
            "found a colon where none can stand; wanted one 'name: value' a line: check the indentation, or quote a value that holds ': '"),
        new(
            "unquoted wildcard", "canary: v2", "canary: *", 26, 11, "",
            "found an anchor or alias ('&' or '*'); anchors and aliases are not read here: quote the value, or write it out"),
        new(
            "unquoted percent", "canary: v2", "canary: %v2", 26, 11, "",
            "found a character that cannot begin a value; wanted a value: put it in quotes"),
        new(
            "unquoted at", "canary: v2", "canary: @v2", 26, 11, "",
            "found a character that cannot begin a value; wanted a value: put it in quotes"),
        new(
            "wrong escape", "\"/v2/models/fraud/**\"", "\"/v2\\d\"", 6, 18, "",
            "found an unknown escape after '\\' in double quotes; wanted e.g. \"\\\\\": write '\\\\', or use single quotes"),
        new(
            "anchor", "canary: v2", "canary: &x v2", 26, 11, "spec.canary",
            "found the anchor \"&x\"; anchors are not read here: remove it"),
        new(
            "alias", "canary: v2", "canary: *v2", 26, 11, "spec.canary",
            "found the alias \"*v2\"; aliases are not read here: write the value out"),
        new(
            "tag", "canary: v2", "canary: !!str v2", 26, 11, "spec.canary",
            "found the tag \"!!str\"; tags are not read here: remove it"),
        new(
            "list as a key", "canary: v2", "canary: v2\n  ? [a]\n  : b", 27, 5, "spec",
            "found a list, mapping or alias as the name of a field; wanted a word before the colon"),
        new(
            "no key", "canary: v2", "canary: v2\n  ~: b", 27, 3, "spec",
            "found nothing as the name of a field; wanted a word before the colon"),
    ];
}
