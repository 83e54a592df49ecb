using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The stages of a rollout: what each kind may say.</summary>
internal static class StageFields
{
    private static readonly (string Word, StageKind Kind, string Wanted)[] Kinds =
    [
        ("split", StageKind.Split, "a stage such as { share: 10%, bake: 15m }"),
        ("shadow", StageKind.Shadow, "a stage such as { kind: shadow, sample: 100%, bake: 10m }"),
        ("switch", StageKind.Switch, "a stage such as { kind: switch, holdback: 5%, bake: 1h }"),
        ("experiment", StageKind.Experiment, "a stage such as { kind: experiment, share: 50%, lasts: 14d }"),
    ];

    private const int MostSubjects = 1_000_000;

    private static readonly Share UsualHoldback = new(500);

    private static readonly MappingShape<ApprovalSpec> Approval = new(
        "who must agree, such as { count: 2, groups: [risk] }",
        new(),
        [
            Field<ApprovalSpec, int>.Optional("count", Amounts.People, (a, v) => a with { Count = v }, "How many different people. Default: 1."),
            Field<ApprovalSpec, ValueList<string>>.Optional(
                "people", new ListShape<string>(Texts.Member, 1, 100, "people", Unique.Values), (a, v) => a with { People = v }, "Of whom they must be, by the name of their token, or of groups. Default: anyone who may approve."),
            Field<ApprovalSpec, ValueList<string>>.Optional(
                "groups", new ListShape<string>(Texts.Member, 1, 100, "groups", Unique.Values), (a, v) => a with { Groups = v }, "Of which groups they must be, or of people. Default: anyone who may approve."),
            Field<ApprovalSpec, TimeSpan>.Optional("expires", Amounts.Expiry, (a, v) => a with { Expires = v }, "How long an agreement counts. Default: 7d."),
        ],
        static (approval, node, errors) =>
        {
            if (approval is { People.Count: > 0, Groups.Count: 0 } && approval.Count > approval.People.Count)
            {
                errors.Wrong(node.Find("count") ?? node, $"at most {approval.People.Count}", "more people are to agree than are named");
            }

            return approval;
        });

    private static readonly MappingShape<WindowSpec> Window = new(
        "a time such as { cron: \"0 9 * * 1-5\", for: 8h, zone: Europe/Berlin }",
        new("", TimeSpan.Zero, TimeZoneInfo.Utc.Id),
        [
            Field<WindowSpec, CronTimes>.Required("cron", PolicyFields.Cron, (w, v) => w with { Cron = v.Text }, "When it begins each time."),
            Field<WindowSpec, TimeSpan>.Required("for", Amounts.Window, (w, v) => w with { For = v }, "How long it lasts, e.g. 8h."),
            Field<WindowSpec, TimeZoneInfo>.Optional("zone", PolicyFields.Zone, (w, v) => w with { Zone = v.Id }, "Where the clocks stand. Default: UTC."),
        ]);

    /// <summary>A stage of any kind.</summary>
    public static readonly Shape<StageSpec> Stage = new ByKind(Kinds.Select(k => k.Kind).ToDictionary(kind => kind, kind => Of(Blank(kind), isWhole: true)));

    /// <summary>What of a stage is said otherwise.</summary>
    /// <param name="stage">What is said of it otherwise.</param>
    public static MappingShape<StageSpec> Over(StageSpec stage) => Of(stage, isWhole: false);

    /// <summary>The kind of a stage as it is written; null for what is no kind.</summary>
    public static StageKind? KindOf(YamlNode stage) => (stage as YamlMapping)?.FindScalar("kind") is not { } written ? StageKind.Split
        : Array.Find(Kinds, k => k.Word == written.Text) is { Word: not null } known ? known.Kind : null;

    /// <summary>Whether a stage of a document is a shadow stage.</summary>
    public static bool IsShadow(YamlNode stage) => KindOf(stage) == StageKind.Shadow;

    /// <summary>A stage that says nothing but its kind: what it has then.</summary>
    public static StageSpec Blank(StageKind kind) => kind switch
    {
        StageKind.Shadow => new(default, default) { Kind = kind, Shadow = new() },
        StageKind.Switch => new(UsualHoldback.Rest(), default) { Kind = kind },
        StageKind.Experiment => new(new(5_000), default) { Kind = kind },
        _ => new(default, default),
    };

    private static MappingShape<StageSpec> Of(StageSpec blank, bool isWhole)
    {
        var (word, kind, wanted) = Array.Find(Kinds, k => k.Kind == blank.Kind);
        Field<StageSpec>[] fields =
        [
            Some("name", !isWhole, Texts.Name, (s, v) => s with { Name = v }, "What the stage is called; unique within the rollout."),
            Some<StageKind>("kind", isWhole && kind != StageKind.Split, isWhole ? new AnyKind(word) : new ChoiceShape<StageKind>((word, kind)), (s, v) => s with { Kind = v },
                "What the stage does: split serves a share of the callers by the canary, shadow sends it copies of requests and compares its answers, switch has it serve everyone but for a part, experiment splits for a fixed time and promotes nothing. Default: split."),
            .. kind switch
            {
                StageKind.Shadow => Shadow(),
                StageKind.Switch => [Some("holdback", false, Amounts.Holdback, (s, v) => s with { Share = v.Rest() }, "The part of the callers that the baseline keeps, to be compared with. Default: 5%.")],
                _ => [Some("share", isWhole && kind == StageKind.Split, Amounts.Share, (s, v) => s with { Share = v }, "The part of the traffic that the canary serves, e.g. 10%.")],
            },
            kind == StageKind.Experiment
                ? Some("lasts", isWhole, Amounts.Lasts, (s, v) => s with { Bake = v }, "How long the experiment lasts under traffic, e.g. 14d.")
                : Some("bake", isWhole, Amounts.Bake, (s, v) => s with { Bake = v }, "The least time under traffic before the stage may be left, e.g. 15m."),
            Some("exchanges", false, Amounts.Fewest, (s, v) => s with { Exchanges = v }, "Exchanges of the canary before the stage may be left. Default: 0."),
            .. kind == StageKind.Shadow
                ? (Field<StageSpec>[])[]
                : [Some("subjects", false, Amounts.Fewest, (s, v) => s with { Subjects = v }, "Subjects of the canary before the stage may be left. Default: 0.")],
            .. kind == StageKind.Experiment ? [] : Ends(),
        ];
        return new(wanted, blank, fields, Check);

        Field<StageSpec> Some<T>(string name, bool isRequired, Shape<T> shape, Func<StageSpec, T, StageSpec> set, string about) =>
            Field<StageSpec, T>.RequiredIf(isRequired, name, shape, set, about);
    }

    private static Field<StageSpec>[] Ends() =>
    [
        Field<StageSpec, ValueList<string>>.Optional("guards", new ListShape<string>(Texts.Name, 0, 32, "guards", Unique.Values), (s, v) => s with { Guards = v },
            "Names of guards that must have passed before the stage may be left, beside those that are required there anyway. Default: none."),
        Field<StageSpec, TimeSpan>.Optional("stay", Amounts.Stay, (s, v) => s with { Stay = v }, "The longest time in the stage, silence included. Default: no limit."),
        Field<StageSpec, WhenUndecided>.Optional(
            "whenUndecided", new ChoiceShape<WhenUndecided>(("hold", WhenUndecided.Hold), ("ask", WhenUndecided.Ask), ("rollback", WhenUndecided.RollBack)), (s, v) => s with { WhenUndecided = v },
            "What happens when stay is over: hold until it is decided, ask a person, or rollback. Default: hold."),
        Field<StageSpec, ApprovalSpec>.Optional("approval", Approval, (s, v) => s with { Approval = v }, "Who must agree before the stage may be left; in the last one, before the promotion. Default: nobody."),
        Field<StageSpec, ValueList<WindowSpec>>.Optional("schedule", new ListShape<WindowSpec>(Window, 1, 20, "times"), (s, v) => s with { Schedule = v },
            "The times in which the stage may be left; in the last one, in which the canary may be promoted. Default: any time."),
    ];

    private static Field<StageSpec>[] Shadow() =>
    [
        Of("sample", Amounts.Share, (s, v) => s with { Sample = v }, "The part of the requests that is copied. Default: 100%."),
        Of("rate", Amounts.Frequency, (s, v) => s with { Rate = v }, "Copies at most, e.g. 200/s; what is beyond is dropped and counted. Default: 100/s."),
        Of("control", Amounts.Share, (s, v) => s with { Control = v },
            "The part of the copies that goes to the baseline too, to learn how often it does not agree with itself. Default: none."),
        Of("ignore", Pointers("ignored places"), (s, v) => s with { Ignore = v },
            "JSON pointers into answers whose values are not compared; * as a step stands for any. Default: ids, times, usage and names of models."),
        Of("tolerance", Amounts.Tolerance, (s, v) => s with { Tolerance = v }, "Numbers this near to each other are alike, in parts of the larger one, or of 1 if that is more. Default: 0.000001."),
        Of("similarity", Amounts.SomePart, (s, v) => s with { Similarity = v }, "Texts this similar are alike. Default: 100%, the same words in the same order."),
        Of("cosine", Amounts.SomePart, (s, v) => s with { Cosine = v }, "Vectors of at least this cosine are alike. Default: 99.9%."),
        Of("keepPairs", Amounts.KeptPairs, (s, v) => s with { KeepPairs = v },
            "How many pairs that differ are kept in memory to be looked at on the admin port: they hold what callers asked. Default: 0."),
        Of("redact", Pointers("redacted places"), (s, v) => s with { Redact = v },
            "JSON pointers into requests and answers whose values are blotted out before a pair is kept; * as a step stands for any. Default: none."),
    ];

    private static Field<StageSpec> Of<T>(string name, Shape<T> shape, Func<ShadowSpec, T, ShadowSpec> set, string about) =>
        Field<StageSpec, T>.Optional(name, shape, (s, v) => s with { Shadow = set(s.Shadow!, v) }, about);

    private static ListShape<string> Pointers(string noun) => new(Texts.Pointer, 0, 32, noun, Unique.Values);

    private static StageSpec Check(StageSpec stage, YamlMapping node, FileErrors errors)
    {
        if (node.Find("whenUndecided") is { } when && stage.Stay is null && node.Find("stay") is null)
        {
            errors.Report(when, "found whenUndecided without stay; wanted the longest time in the stage too, e.g. stay: 2h: before it is over the stage just goes on");
        }

        if (node.Find("stay") is { } stay && stage.Stay <= stage.Bake)
        {
            errors.Wrong(stay, $"more than the bake of {Quantity.Show(stage.Bake)}");
        }

        // What a gateway can tell apart, see SubjectPlaces.
        if (node.Find("subjects") is { } subjects && stage.Share > Share.None && stage.Subjects > MostSubjects * stage.Share.Fraction)
        {
            errors.Wrong(subjects, $"at most {MostSubjects * stage.Share.Fraction:#,0}", $"subjects are told apart up to {MostSubjects:#,0} over both arms, and {stage.Share} of them are the canary's");
        }

        return stage;
    }

    /// <summary>The kind of a stage that is read as one of it: any other word is no kind at all.</summary>
    private sealed class AnyKind(string word) : Shape<StageKind>
    {
        private static readonly ChoiceShape<StageKind> Any = new([.. Kinds.Select(k => (k.Word, k.Kind))]);

        public override string Wanted => Any.Wanted;

        public override bool TryRead(YamlNode node, FileErrors errors, out StageKind value) => Any.TryRead(node, errors, out value);

        public override JsonObject Schema() => new() { ["enum"] = new JsonArray(word) };
    }

    /// <summary>Reads a stage by what its kind may say.</summary>
    private sealed class ByKind(Dictionary<StageKind, MappingShape<StageSpec>> shapes) : Shape<StageSpec>
    {
        public override string Wanted => shapes[StageKind.Split].Wanted;

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out StageSpec value) =>
            shapes[KindOf(node) ?? StageKind.Split].TryRead(node, errors, out value);

        public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray([.. shapes.Values.Select(s => (JsonNode)s.Schema())]) };
    }
}
