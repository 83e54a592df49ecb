using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>prediction</c>, <c>confidence</c> and <c>attribution</c>: where they stand in an answer.</summary>
internal static class PredictionFields
{
    private const string Response = "response", Output = "output", From = "from";

    /// <summary>The field <c>prediction</c>.</summary>
    public static readonly MappingShape<PredictionSpec> Prediction = new(
        "where the class stands, such as { response: /outputs/0/data/0, classes: [legit, fraud] }",
        new(null, []),
        [
            Field<PredictionSpec, string>.Optional(
                Response, Texts.Pointer, (p, v) => p with { Response = v },
                "JSON pointer into the response body, to a class name, to a number that is its index, or to scores by class; a step * means each element, a prediction each. Default: where the protocol has it."),
            Field<PredictionSpec, string>.Optional(
                Output, Texts.OutputName, (p, v) => p with { Output = v }, "The output tensor that holds it, of protocol open-inference. Default: the first one."),
            Field<PredictionSpec, ValueList<string>>.Required(
                "classes",
                new ListShape<string>(Texts.Class, 2, 100, "classes", Unique.Values),
                (p, v) => p with { Classes = v },
                "The classes, by index. Every other value counts as other."),
        ],
        static (prediction, node, errors) =>
        {
            ReportSecond(node, errors, Response, Output);
            return prediction;
        });

    /// <summary>The field <c>confidence</c>.</summary>
    public static readonly MappingShape<ConfidenceSpec> Confidence = new(
        "where the confidence stands, such as { response: /outputs/1/data/0 }, { output: probability } or { from: scores }",
        new((string?)null),
        [
            Field<ConfidenceSpec, string>.Optional(
                Response, Texts.Pointer, (c, v) => c with { Response = v }, "JSON pointer into the response body, to a number from 0 to 1, or to scores by class; a step * means each element."),
            Field<ConfidenceSpec, string>.Optional(
                Output, Texts.OutputName, (c, v) => c with { Output = v }, "The output tensor that holds it, of protocol open-inference."),
            Field<ConfidenceSpec, bool>.Optional(
                From, new ChoiceShape<bool>(("scores", true)), (c, _) => c, "The largest of the scores by class that the prediction is made of; scores that do not sum to 1 pass through a soft-max."),
        ],
        static (confidence, node, errors) =>
        {
            ReportSecond(node, errors, Response, Output, From);
            if (node is { Entries.Count: 0, IsCut: false })
            {
                errors.Wrong(node, Confidence!.Wanted);
            }

            return confidence;
        },
        schema => (schema["minProperties"], schema["maxProperties"]) = (1, 1));

    /// <summary>The field <c>attribution</c>.</summary>
    public static readonly MappingShape<AttributionSpec> Attribution = new(
        "where the attributions stand, such as { response: /explanations/0, features: [income, age, country] }",
        new("", []),
        [
            Field<AttributionSpec, string>.Required(
                Response, Texts.Pointer, (a, v) => a with { Response = v }, "JSON pointer into the response body, to an object of numbers by feature, or to a list of numbers in the order of the features."),
            Field<AttributionSpec, ValueList<string>>.Required(
                "features",
                new ListShape<string>(Texts.Feature, 2, 100, "features", Unique.Values),
                (a, v) => a with { Features = v },
                "The features. Every other one counts as other."),
        ],
        static (attribution, node, errors) =>
        {
            // The steps of a pointer that is wrong by itself have been reported.
            if (attribution.Response.Split('/').Contains("*"))
            {
                errors.Report(node.Find(Response)!, $"found {Clip.Quoted(attribution.Response)}; wanted a pointer to one place, without a step *: the attributions are read once of each answer");
            }

            return attribution;
        });

    /// <summary>Reports places that the model's protocol does not have, and those that it needs.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        if (node.Find("signals") is not YamlMapping signals || !ModelFields.KnowsProtocol(node))
        {
            return;
        }

        var (prediction, confidence) = (signals.Find("prediction") as YamlMapping, signals.Find("confidence") as YamlMapping);
        foreach (var place in new[] { prediction, confidence })
        {
            if (place?.Find(Output) is { } output && model.Protocol != Protocol.OpenInference)
            {
                errors.Report(output, "found the name of an output tensor; wanted response, since only protocol open-inference has output tensors");
            }
        }

        if (prediction is { IsCut: false } && !model.Protocol.HasPlaceOfPredictions()
            && prediction.Entries.All(e => e.Key.Text == "classes"))
        {
            errors.Report(
                prediction.At, prediction.PathTo("." + Response), $"found no field \"{Response}\"; wanted {Texts.Pointer.Wanted}, since this protocol says nothing of where a class stands");
        }

        if (confidence?.Find(From) is { } from && signals.Find("prediction") is null)
        {
            errors.Report(from, "found scores, but no prediction that they could belong to; wanted spec.signals.prediction, or response");
        }
    }

    private static void ReportSecond(YamlMapping node, FileErrors errors, params ReadOnlySpan<string> places)
    {
        string? first = null;
        foreach (var place in places)
        {
            if (node.Find(place) is null)
            {
                continue;
            }

            if (first is not null)
            {
                errors.Report(node, $"found both \"{first}\" and \"{place}\"; wanted one of them: remove the other");
            }

            first ??= place;
        }
    }
}
