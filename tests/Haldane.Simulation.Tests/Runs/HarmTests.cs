using Haldane.Core.Ports;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Runs;

/// <summary>A harmful canary is as harmful as was asked, in one signal only.</summary>
public sealed class HarmTests
{
    private const string All = "rate: 200/s, errors: 1%, firstToken: { p50: 10ms, p99: 30ms }, classes: { legit: 90% }, labels: { accuracy: 85% }, "
        + "events: { refused: 2%, conversion: 3% }, values: { revenue: { mean: 3, deviation: 8, nonZero: 25% } }";

    [Theory]
    [InlineData("{ name: g, signal: error-rate, atMost: { ratio: 2.0 } }", 2, "errors 2.00 %")]
    [InlineData("{ name: g, signal: error-rate, atMost: { difference: 0.5pp } }", 0.005, "errors 1.50 %")]
    [InlineData("{ name: g, signal: error-rate, atMost: { value: 3% } }", 0.03, "errors 3.00 %")]
    [InlineData("{ name: g, signal: latency-p99, atMost: { ratio: 1.10 } }", 1.1, "p99 1.100 times")]
    [InlineData("{ name: g, signal: latency-p50, atMost: { difference: 20ms } }", 0.02, "p50 1.400 times")]
    [InlineData("{ name: g, signal: latency-p99, atMost: { value: 300ms } }", 0.3, "p99 1.500 times")]
    [InlineData("{ name: g, signal: latency-distribution, atMost: { difference: 5pp } }", 0.05, "slower by 5.00 %")]
    [InlineData("{ name: g, signal: time-to-first-token, atMost: { ratio: 1.2 } }", 1.2, "first 1.200 times")]
    [InlineData("{ name: g, signal: throughput, atLeast: { ratio: 0.95 } }", 0.95, "served 95.00 %")]
    [InlineData("{ name: g, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }", 0.05, "classes 0.0500 bits")]
    [InlineData("{ name: g, signal: confidence-drift, atMost: { jensenShannon: 0.05 } }", 0.05, "confidence 0.0500 bits")]
    [InlineData("{ name: g, signal: accuracy, atLeast: { difference: -2pp } }", -0.02, "accuracy 83.00 %")]
    [InlineData("{ name: g, signal: calibration, atMost: { difference: 2pp } }", 0.02, "accuracy 87.00 %")]
    [InlineData("{ name: g, signal: conversion, atLeast: { ratio: 0.9 } }", 0.9, "conversion 2.70 %")]
    [InlineData("{ name: g, signal: \"rate:refused\", atMost: { ratio: 2.0 } }", 2, "refused 4.00 %")]
    [InlineData("{ name: g, signal: \"mean:revenue\", atLeast: { ratio: 0.9 } }", 0.9, "revenue 0.900 times")]
    public void A_canary_stands_where_it_was_put(string guard, double level, string says)
    {
        var (traffic, rollout) = Plans.Read(All, "{ share: 10%, bake: 1m }", guard);

        var canary = Harm.At(rollout.Guards[0], traffic, level);

        Assert.NotNull(canary);
        Assert.Equal([says], Differences(traffic.Baseline, canary));
        Assert.True(Harm.PerExchange(rollout.Guards[0], traffic.Baseline, canary) > 0);
    }

    [Fact]
    public void Each_guard_is_tried_from_fine_to_three_margins_and_in_one_segment()
    {
        var (traffic, rollout) = Plans.Read(
            "rate: 200/s, errors: 1%, segments: { country: { MY: 20%, SG: 50% } }", "{ share: 10%, bake: 1m }",
            "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }, { name: accuracy, signal: accuracy, atLeast: { difference: -1pp } }",
            "{ name: country, header: X-Country, values: [MY, SG] }");

        var cases = CanaryCases.For(traffic, rollout);

        Assert.Equal(
            ["nothing as the baseline", "errors at the fine line", "errors half-way", "errors at the bad line", "errors 1.5 margins", "errors 2 margins", "errors 3 margins", "errors 3 margins in country=SG"],
            cases.Select(c => $"{c.Guard ?? "nothing"} {c.Size}{(c.Segment is null ? "" : " in " + c.Segment)}"));
        Assert.Equal([0, Math.Sqrt(2) - 1, Math.Pow(2, 0.75) - 1, 1, 1.5, 2, 3, 3], cases.Select(c => c.Margins), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(0.5 * 0.03, cases[^1].HarmPerExchange, 6);
        Assert.Equal(["accuracy"], CanaryCases.Unknown(traffic, rollout).Select(g => g.Name)); // nobody said that labels come
    }

    [Fact]
    public void What_is_below_the_floor_is_not_bad()
    {
        var (traffic, rollout) = Plans.Read("rate: 200/s, errors: 0.01%", "{ share: 10%, bake: 1m }", "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }");

        Assert.All(CanaryCases.For(traffic, rollout), c => Assert.Equal(CaseKind.Fine, c.Kind));
    }

    private static List<string> Differences(Behaviour baseline, Behaviour canary)
    {
        List<string> found = [];
        void Note(bool differs, string text) => found.AddRange(differs ? [text] : []);
        var latency = canary.Latency.Quantile(0.99) / baseline.Latency.Quantile(0.99);
        var median = canary.Latency.Quantile(0.5) / baseline.Latency.Quantile(0.5);
        var slower = canary.Latency.SlowerThan(baseline.Latency);
        Note(canary.Errors != baseline.Errors, $"errors {canary.Errors * 100:0.00} %");
        Note(latency != 1, Math.Abs(median - 1.4) < 0.01 ? $"p50 {median:0.000} times" : Math.Abs(slower - 0.05) < 0.001 ? $"slower by {slower * 100:0.00} %" : $"p99 {latency:0.000} times");
        Note(canary.FirstToken != baseline.FirstToken, $"first {canary.FirstToken!.Quantile(0.95) / baseline.FirstToken!.Quantile(0.95):0.000} times");
        Note(canary.Served != baseline.Served, $"served {canary.Served * 100:0.00} %");
        Note(!canary.Classes.Equals(baseline.Classes), $"classes {Mixes.Divergence(baseline.Classes, canary.Classes):0.0000} bits");
        Note(!canary.Confidence.Equals(baseline.Confidence), $"confidence {Mixes.Divergence(baseline.Confidence, canary.Confidence):0.0000} bits");
        Note(canary.Accuracy != baseline.Accuracy, $"accuracy {canary.Accuracy * 100:0.00} %");
        foreach (var name in new[] { "conversion", "refused" })
        {
            Note(canary.ChanceOf(name) != baseline.ChanceOf(name), $"{name} {canary.ChanceOf(name) * 100:0.00} %");
        }

        var revenue = ValueShapes.HeldMean(canary.Values[0]) / ValueShapes.HeldMean(baseline.Values[0]);
        Note(revenue != 1, $"revenue {revenue:0.000} times");
        return found;
    }
}
