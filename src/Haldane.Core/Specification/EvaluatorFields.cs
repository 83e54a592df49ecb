using Haldane.Core.Evidence;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of an evaluator, and what they have to do with the model's values.</summary>
internal static class EvaluatorFields
{
    private const string Values = "values";

    /// <summary>An evaluator.</summary>
    public static readonly MappingShape<EvaluatorSpec> Evaluator = new(
        "an evaluator such as { name: grader, url: \"http://10.0.0.9:8080/score\", values: [groundedness] }",
        new("", "", []),
        [
            Field<EvaluatorSpec, string>.Required("name", Texts.Name, (e, v) => e with { Name = v }, "What it is called; unique within the model."),
            Field<EvaluatorSpec, string>.Required("url", Texts.EvaluatorAddress, (e, v) => e with { Url = v }, "Where it is asked, with POST."),
            Field<EvaluatorSpec, ValueList<string>>.Required(
                Values, new ListShape<string>(Texts.Name, 1, 16, Values, Unique.Values), (e, v) => e with { Values = v },
                "The values of spec.signals.values that it gives. Nobody else brings them."),
            Field<EvaluatorSpec, double>.Optional("rate", Amounts.EvaluatorRate, (e, v) => e with { Rate = v }, "Exchanges of each arm that it gets at most, e.g. 30/m. Default: 1/s."),
            Field<EvaluatorSpec, TimeSpan>.Optional("timeout", Amounts.EvaluatorTimeout, (e, v) => e with { Timeout = v }, "How long it may take. Default: 30s."),
            Field<EvaluatorSpec, ValueList<(string Name, HeaderSpec Value)>>.Optional(
                "headers", HeaderFields.Table, (e, v) => e with { Headers = HeaderFields.Named(v) }, "Header fields that it is sent; secrets stand elsewhere: { env: NAME } or { file: PATH }."),
            Field<EvaluatorSpec, ValueList<string>>.Optional(
                "redact", new ListShape<string>(Texts.Pointer, 0, 32, "redacted places", Unique.Values), (e, v) => e with { Redact = v },
                "JSON pointers into requests and answers whose values it does not get; * as a step stands for any. Default: none."),
        ],
        static (evaluator, node, errors) =>
        {
            HeaderFields.Check(node, errors, "content-type");
            return evaluator;
        });

    /// <summary>Reports values that an evaluator cannot give.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        if ((node.Find("signals") as YamlMapping)?.Find("evaluators") is not YamlSequence evaluators)
        {
            return;
        }

        string[] known = [.. model.Signals.Values.Select(v => v.Name).Where(v => !GatewayValues.IsRead(v, model.Protocol))];
        var givenBy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var evaluator in evaluators.Items.OfType<YamlMapping>())
        {
            var name = evaluator.FindScalar("name")?.Text ?? "";
            foreach (var value in SetChecks.Names(evaluator.Find(Values)))
            {
                if (!known.Contains(value.Text))
                {
                    errors.Report(value, Nearest.Unknown(value.Text, "value of spec.signals.values that somebody else than the gateway brings", known));
                }
                else if (!givenBy.TryAdd(value.Text, name) && givenBy[value.Text] != name)
                {
                    errors.Report(value, $"found {Clip.Quoted(value.Text)}, which the evaluator {Clip.Quoted(givenBy[value.Text])} gives too; wanted one evaluator for each value: two would be mixed");
                }
            }
        }
    }
}
