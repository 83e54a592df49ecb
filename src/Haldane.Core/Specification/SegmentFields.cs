using Haldane.Core.Evidence;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of a segment: of a header, or of what Haldane itself knows of a call.</summary>
internal static class SegmentFields
{
    // What a segment code must fit into; see SegmentCells.Encode and the exchange token.
    private const int MostCombinations = 65_536;

    private const string Of = "of", For = "for", Subject = "subject", Start = "start";

    private static readonly TimeSpan UsualStart = TimeSpan.FromMinutes(1);

    /// <summary>A segment.</summary>
    public static readonly MappingShape<SegmentSpec> Segment = new(
        "a segment such as { name: country, header: X-Country, values: [MY, SG] }",
        new("", "", []),
        [
            Field<SegmentSpec, string>.Required("name", Texts.Name, (s, v) => s with { Name = v },
                "What the segment is called; unique within the model."),
            Field<SegmentSpec, string>.Optional("header", Texts.Header, (s, v) => s with { Header = v }, "The request header that holds the value."),
            Field<SegmentSpec, ValueList<string>>.Optional(
                "values",
                new ListShape<string>(Texts.SegmentValue, 1, 64, "values", Unique.Values),
                (s, v) => s with { Values = v },
                "The values of the header that are told apart. All others, and requests without the header, count as other."),
            Field<SegmentSpec, bool>.Optional(
                Of, new ChoiceShape<bool>((Subject, true), (Start, false)),
                (s, v) => v ? s with { BySubject = true, Values = SegmentSpec.Visits } : s with { ColdFor = s.ColdFor ?? UsualStart, Values = SegmentSpec.Starts },
                "Instead of a header: subject tells the first call of a subject in a run (new) from its further ones (returning), start the time after the canary began to serve (cold) from the rest (warm)."),
            Field<SegmentSpec, TimeSpan>.Optional(For, Amounts.Step, (s, v) => s with { ColdFor = v }, "Only with of: start, how long a canary is cold. Default: 1m."),
        ],
        static (segment, node, errors) =>
        {
            var (header, values, of) = (node.Find("header"), node.Find("values"), node.Find(Of));
            var source = (of as YamlScalar)?.Text;
            if (of is not null && (header ?? values) is { } beside)
            {
                errors.Report(beside, $"found header or values beside of: {source}; wanted one of the two: the {source} tells the value by itself");
            }
            else if (of is null && !node.IsCut && (header is null || values is null))
            {
                errors.Report(node, $"found no field \"{(header is null ? "header" : "values")}\"; wanted header and values, e.g. {{ name: country, header: X-Country, values: [MY, SG] }}, or of: subject, or of: start");
            }

            if (source != Start && node.Find(For) is { } idle)
            {
                errors.Report(idle, "found for without of: start; wanted it only there: it says how long a canary is cold");
            }

            return segment;
        });

    /// <summary>Reports segments that do not go together.</summary>
    public static void CheckAll(YamlSequence sequence, FileErrors errors)
    {
        Unique.Names(sequence, errors);

        var combinations = 1L;
        foreach (var segment in sequence.Items.OfType<YamlMapping>())
        {
            // Far above the limit the exact number says nothing; it must only not overflow.
            var values = segment.Find("values") is YamlSequence list ? list.Items.Count : segment.Find(Of) is null ? 0 : SegmentSpec.Visits.Count;
            combinations = Math.Min(combinations * (values + 1), int.MaxValue);
        }

        if (combinations > MostCombinations)
        {
            errors.Report(
                sequence,
                $"found segments with {combinations:N0} combinations of values (each segment counts its values and \"{SegmentCells.Other}\"); "
                + $"wanted at most {MostCombinations:N0}: list fewer values or segments");
        }
    }

    /// <summary>Reports segments that the model gives nothing for.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        var known = ((node.Find("segments") as YamlSequence)?.Items ?? []).OfType<YamlMapping>().Select(s => s.FindScalar(Of)).OfType<YamlScalar>().ToLookup(s => s.Text);
        if (known[Subject].FirstOrDefault() is { } first && model.Subject is null && node.Find("subject") is null)
        {
            errors.Report(first, "found a segment of the subject in a model without one; wanted spec.subject, e.g. { header: X-User-Id }");
        }

        foreach (var source in new[] { Subject, Start })
        {
            if (known[source].Skip(1).FirstOrDefault() is { } second)
            {
                errors.Report(second, $"found a second segment of the {source}; wanted one at most");
            }
        }
    }
}
