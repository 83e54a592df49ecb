namespace Haldane.Core.Tests.Specification;

/// <summary>Mistakes in the stages of a rollout, and in how it goes back.</summary>
internal static class StageMistakes
{
    public static Mistake[] All =>
    [
        new(
            "share without percent", "share: 10%", "share: 10", 30, 16, "spec.stages[1].share",
            "found \"10\"; wanted a share from 0.01% to 100% in steps of 0.01%, e.g. 10%: the percent sign is missing, write 10%"),
        new(
            "share of a fraction", "share: 10%", "share: 0.1", 30, 16, "spec.stages[1].share",
            "found \"0.1\"; wanted a share from 0.01% to 100% in steps of 0.01%, e.g. 10%: the percent sign is missing, write 0.1% or 10%"),
        new(
            "share too fine", "share: 10%", "share: 10.005%", 30, 16, "spec.stages[1].share",
            "found \"10.005%\"; wanted a share from 0.01% to 100% in steps of 0.01%, e.g. 10%: round it, e.g. to 10%"),
        new(
            "share above everything", "share: 50%", "share: 150%", 31, 16, "spec.stages[2].share",
            "found \"150%\"; wanted a share from 0.01% to 100% in steps of 0.01%, e.g. 10%"),
        new(
            "share of nothing", "share: 1%,", "share: 0%,", 29, 16, "spec.stages[0].share",
            "found \"0%\"; wanted a share from 0.01% to 100% in steps of 0.01%, e.g. 10%"),
        new(
            "share that does not rise", "share: 50%", "share: 10%", 31, 16, "spec.stages[2].share",
            "found \"10%\"; wanted a share above the 10% of the stage before it (line 30): shares rise from stage to stage"),
        new(
            "unknown kind of stage", "{ share: 1%,", "{ kind: shadw, share: 1%,", 29, 15, "spec.stages[0].kind",
            "found \"shadw\"; wanted split, shadow, switch or experiment: did you mean shadow?"),
        new(
            "shadow with a share", "{ share: 1%,", "{ kind: shadow, share: 1%,", 29, 23, "spec.stages[0].share",
            "found the unknown field \"share\"; wanted one of name, kind, sample, rate, control, ignore, tolerance, similarity, cosine, keepPairs, redact, bake, exchanges, guards, stay, whenUndecided, approval, schedule"),
        new(
            "shadow without a bake", "{ share: 1%, bake: 15m }", "{ kind: shadow, sample: 100% }", 29, 7, "spec.stages[0].bake",
            "found no field \"bake\"; wanted a duration above 0s and at most 30d, e.g. 15m"),
        new(
            "shadow behind a share", "{ share: 10%,", "{ kind: shadow,", 30, 15, "spec.stages[1].kind",
            "found a shadow stage behind a stage with a share (line 29); wanted it before all shares: whom the canary serves is not taken back from it"),
        new(
            "shadow of a rate without time", "{ share: 1%,", "{ kind: shadow, rate: 100,", 29, 29, "spec.stages[0].rate",
            "found \"100\"; wanted a rate above 0/d and at most 1000000/s, with its unit of time, e.g. 200/s: the unit of time is missing, write e.g. 100/s"),
        new(
            "shadow with too many pairs", "{ share: 1%,", "{ kind: shadow, keepPairs: 5000,", 29, 34, "spec.stages[0].keepPairs",
            "found \"5000\"; wanted a whole number from 0 to 1,000, e.g. 200"),
        new(
            "shadow of calls that may not be repeated", "failover: auto\n  timeout: 30s\n  showArm: false\n---\napiVersion: haldane.dev/v1\nkind: Rollout\nmetadata: { name: fraud-v2 }\nspec:\n  model: fraud\n  baseline: v1\n  canary: v2\n  start: auto\n  stages:\n    - { share: 1%,",
            "failover: never\n  timeout: 30s\n  showArm: false\n---\napiVersion: haldane.dev/v1\nkind: Rollout\nmetadata: { name: fraud-v2 }\nspec:\n  model: fraud\n  baseline: v1\n  canary: v2\n  start: auto\n  stages:\n    - { kind: shadow,",
            29, 15, "spec.stages[0].kind",
            "found a shadow stage, but the calls of the model \"fraud\" may not be sent twice (a.yaml:3); wanted a protocol that makes a repeat safe, or failover: always in the model if you know that a repeat does no harm"),
        new(
            "shadow of a canary behind TLS", "{ name: v2, endpoints: [\"http://127.0.0.1:9002\"] }\n  failover: auto\n  timeout: 30s\n  showArm: false\n---\napiVersion: haldane.dev/v1\nkind: Rollout\nmetadata: { name: fraud-v2 }\nspec:\n  model: fraud\n  baseline: v1\n  canary: v2\n  start: auto\n  stages:\n    - { share: 1%,",
            "{ name: v2, endpoints: [\"https://127.0.0.1:9002\"] }\n  failover: auto\n  timeout: 30s\n  showArm: false\n---\napiVersion: haldane.dev/v1\nkind: Rollout\nmetadata: { name: fraud-v2 }\nspec:\n  model: fraud\n  baseline: v1\n  canary: v2\n  start: auto\n  stages:\n    - { kind: shadow,",
            29, 15, "spec.stages[0].kind",
            "found a shadow stage, but the version \"v2\" has the endpoint \"https://127.0.0.1:9002\" (a.yaml:3); wanted http endpoints only, since copies are sent over HTTP/1.1 without TLS"),
        new(
            "bake of nothing", "{ share: 1%, bake: 15m }", "{ share: 1%, bake: 0s }", 29, 26, "spec.stages[0].bake",
            "found \"0s\"; wanted a duration above 0s and at most 30d, e.g. 15m"),
        new(
            "bake of years", "{ share: 1%, bake: 15m }", "{ share: 1%, bake: 31d }", 29, 26, "spec.stages[0].bake",
            "found \"31d\"; wanted a duration above 0s and at most 30d, e.g. 15m"),
        new(
            "bake in words", "{ share: 1%, bake: 15m }", "{ share: 1%, bake: 15 min }", 29, 26, "spec.stages[0].bake",
            "found \"15 min\"; wanted a duration above 0s and at most 30d, e.g. 15m: the units are d, h, m, s and ms, from large to small and without spaces"),
        new(
            "promise too weak", "falsePromotion: 5%", "falsePromotion: 60%", 38, 49, "spec.promise.falsePromotion",
            "found \"60%\"; wanted a rate above 0% and at most 50%, e.g. 1%"),
        new(
            "share in a switch", "{ share: 50%,", "{ kind: switch, share: 50%,", 31, 23, "spec.stages[2].share",
            "found the unknown field \"share\"; wanted one of name, kind, holdback, bake, exchanges, subjects, guards, stay, whenUndecided, approval, schedule"),
        new(
            "switch that keeps too much", "{ share: 50%,", "{ kind: switch, holdback: 60%,", 31, 33, "spec.stages[2].holdback",
            "found \"60%\"; wanted a part from 0% to 50% in steps of 0.01%, e.g. 5%"),
        new(
            "switch with nothing to compare with", "{ share: 50%,", "{ kind: switch, holdback: 0%,", 29, 5, "spec.stages",
            "found a switch without a holdback, but the guard \"errors\" compares with the baseline; wanted a holdback, or guards with a line of their own only, e.g. atMost: 250ms"),
        new(
            "switch below the share before it", "    - { share: 50%,", "    - { share: 97% , bake: 1m }\n    - { kind: switch,", 32, 7, "spec.stages[3]",
            "found a switch to 95% behind a share of 97% (line 31); wanted shares that rise from stage to stage: hold back less than 3%"),
        new(
            "subjects that nobody can tell apart", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, subjects: 200000 }", 30, 42, "spec.stages[1].subjects",
            "found \"200000\"; wanted at most 100,000: subjects are told apart up to 1,000,000 over both arms, and 10% of them are the canary's"),
        new(
            "shadow that waits for labels", "    - { share: 1%, bake: 15m }", "    - { kind: shadow, bake: 15m, guards: [accuracy] }", 29, 5, "spec.stages",
            "found the guard \"accuracy\" in a shadow stage; wanted one that a shadow can measure: accuracy needs callers whom the canary has answered"),
        new(
            "stay that is no duration", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, stay: long, whenUndecided: ask }", 30, 38, "spec.stages[1].stay",
            "found \"long\"; wanted a duration above 0s and at most 365d, e.g. 2h: the units are d, h, m, s and ms, from large to small and without spaces"),
        new(
            "experiment with a bake", "{ share: 50%, bake: 15m }", "{ kind: experiment, lasts: 14d, bake: 15m }", 31, 39, "spec.stages[2].bake",
            "found the unknown field \"bake\"; wanted one of name, kind, share, lasts, exchanges, subjects"),
        new(
            "experiment without its time", "{ share: 50%, bake: 15m }", "{ kind: experiment }", 31, 7, "spec.stages[2].lasts",
            "found no field \"lasts\"; wanted a duration above 0s and at most 365d, e.g. 14d"),
        new(
            "experiment that is not the end", "{ share: 10%, bake: 15m }", "{ kind: experiment, share: 10%, lasts: 14d }", 30, 15, "spec.stages[1].kind",
            "found an experiment with stages behind it; wanted it at the end: it promotes nothing"),
        new(
            "two stages of one name", "{ share: 1%, bake: 15m }\n    - { share: 10%,", "{ name: a, share: 1%, bake: 15m }\n    - { name: a, share: 10%,", 30, 15, "spec.stages[1].name",
            "found \"a\" twice, first at line 29, column 15; wanted it once: rename or remove one of the two"),
        new(
            "guard of a stage that is none", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, guards: [erors] }", 30, 41, "spec.stages[1].guards[0]",
            "found \"erors\", which is no guard of the rollout; wanted one of errors, p99, sla, mix, accuracy: did you mean \"errors\"?"),
        new(
            "stay below the bake", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, stay: 10m }", 30, 38, "spec.stages[1].stay",
            "found \"10m\"; wanted more than the bake of 15m"),
        new(
            "undecided for ever", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, whenUndecided: rollback }", 30, 47, "spec.stages[1].whenUndecided",
            "found whenUndecided without stay; wanted the longest time in the stage too, e.g. stay: 2h: before it is over the stage just goes on"),
        new(
            "half an exchange", "{ share: 10%, bake: 15m }", "{ share: 10%, bake: 15m, exchanges: 0.5 }", 30, 43, "spec.stages[1].exchanges",
            "found \"0.5\"; wanted a whole number from 0 to 1,000,000,000, e.g. 5000"),
        new(
            "unknown preset", "  start: auto", "  preset: quik", 27, 11, "spec.preset",
            "found \"quik\"; wanted quick, three-stage, bake, shadow-first, blue-green or ab: did you mean quick?"),
        new(
            "way back that rises", "  start: auto", "  return: { through: [5%, 25%] }", 27, 27, "spec.return.through[1]",
            "found \"25%\"; wanted a share below the 5% before it: shares fall on the way back"),
        new(
            "warm for years", "  start: auto", "  warm: 400d", 27, 9, "spec.warm",
            "found \"400d\"; wanted a duration from 0s to 30d, e.g. 1h"),
    ];

    // Where a preset stands for the stages of the sample.
    public static Mistake[] Presets =>
    [
        OfPreset("stage that the preset has not", "{ name: wid, share: 20% }", 29, 15, "spec.stages[0].name", "found \"wid\", which is no stage of the preset quick; wanted one of early, wide, half: did you mean \"wide\"?"),
        OfPreset("stage of a preset without a name", "{ share: 20% }", 29, 7, "spec.stages[0].name", "found no field \"name\"; wanted a name of at most 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends, e.g. fraud-v2"),
        OfPreset("another kind than the preset's", "{ name: wide, kind: shadow }", 29, 27, "spec.stages[0].kind", "found \"shadow\"; wanted split"),
        new(
            "preset that is none", "  start: auto\n  stages:\n    - { share: 1%, bake: 15m }\n    - { share: 10%, bake: 15m }\n    - { share: 50%, bake: 15m }\n", "  preset: quik\n  stages:\n    - { name: wide }\n",
            27, 11, "spec.preset", "found \"quik\"; wanted quick, three-stage, bake, shadow-first, blue-green or ab: did you mean quick?"),
        OfPreset("preset whose shares fall", "{ name: wide, share: 60% }", 29, 5, "spec.stages", "found the share 50% of half behind the 60% of wide; wanted shares that rise from stage to stage"),
    ];

    private static Mistake OfPreset(string what, string stage, int line, int column, string path, string says) => new(
        what, "  start: auto\n  stages:\n    - { share: 1%, bake: 15m }\n    - { share: 10%, bake: 15m }\n    - { share: 50%, bake: 15m }\n", $"  preset: quick\n  stages:\n    - {stage}\n", line, column, path, says);
}
