using Haldane.Connect.Prometheus;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.Connect.Tests.Prometheus;

/// <summary>The text form of Prometheus, and a real HTTP server that shows it.</summary>
public sealed class MetricsReaderTests
{
    private const string Page = """
        # HELP gpu_util Utilisation.
        # TYPE gpu_util gauge
        gpu_util{gpu="0",host="a b"} 40
        gpu_util{gpu="1", host="a b",} 80 1772625600000
        gpu_util{gpu="2",host="say \"}\" and \\ and\nnew"} NaN
        gpu_util_max 100
        process_cpu_seconds_total 12.5
        requests_total{path="/x"} 1.0e3 # {trace_id="KOO5S4vxi0o"} 0.67
        broken{a="b
        queue +Inf
        """;

    [Fact]
    public void Series_are_chosen_by_name_and_labels_and_put_together()
    {
        GaugeSpec gpu = Gauge("gpu_util"), one = gpu with { Labels = [new("gpu", "1")] };

        Assert.Equal(
            [60, 120, 80, 80, null, 12.5, 1_000, null, null],
            MetricsText.Read(Page, [
                gpu, gpu with { Together = Together.Sum }, gpu with { Together = Together.Max }, one, one with { Labels = [new("gpu", "7")] },
                Gauge("process_cpu_seconds_total"), Gauge("requests_total") with { Labels = [new("path", "/x")] }, Gauge("nothing"), Gauge("queue")]));
        Assert.Equal([null], MetricsText.Read("", [gpu]));
    }

    [Theory]
    [InlineData("broken", "the value of a label is not closed")]
    [InlineData("bare", "the labels of a sample are not closed")]
    [InlineData("word", "a sample has no number")]
    public void What_cannot_be_read_is_a_mistake_only_where_it_is_asked_for(string metric, string why)
    {
        const string Text = Page + "\nbare{a=b} 3\nword seven\n";
        Assert.Equal(why, Assert.Throws<FormatException>(() => MetricsText.Read(Text, [Gauge(metric)])).Message);
        Assert.Equal([12.5], MetricsText.Read(Text, [Gauge("process_cpu_seconds_total")]));
    }

    [Theory]
    [InlineData(200, "up 1\n", null)]
    [InlineData(503, "up 1\n", "the address of its metrics answered 503")]
    [InlineData(302, "up 1\n", "the address of its metrics answered 302")]
    [InlineData(200, "up one\n", "the address of its metrics shows no metrics: a sample has no number")]
    [InlineData(200, "too large", "the address of its metrics does not answer: ")]
    public async Task A_page_is_read_as_it_stands_or_it_is_said_why_not(int status, string body, string? why)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.MapGet("/metrics", (HttpContext context) =>
        {
            context.Response.Headers.Location = "/elsewhere";
            return Results.Text(body == "too large" ? new string('#', 9 << 20) : body, statusCode: status);
        });
        server.MapGet("/elsewhere", () => "up 1\n");
        await server.StartAsync();
        using var reader = new MetricsReader();

        var read = () => reader.ReadAsync(server.Urls.First() + "/metrics", [Gauge("up")], CancellationToken.None);

        if (why is null)
        {
            Assert.Equal([1], await read());
        }
        else
        {
            Assert.StartsWith(why, (await Assert.ThrowsAsync<MetricSourceException>(read)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_at_the_address_is_said()
    {
        using var reader = new MetricsReader();
        var fault = await Assert.ThrowsAsync<MetricSourceException>(() => reader.ReadAsync("http://127.0.0.1:1/metrics", [Gauge("up")], CancellationToken.None));
        Assert.StartsWith("the address of its metrics does not answer: ", fault.Message, StringComparison.Ordinal);
    }

    private static GaugeSpec Gauge(string metric) => new("gauge") { Metric = metric };
}
