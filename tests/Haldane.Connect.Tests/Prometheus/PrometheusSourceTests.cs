using Haldane.Connect.Prometheus;
using Haldane.Core.Ports;
using Haldane.Core.Series;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.Connect.Tests.Prometheus;

/// <summary>Against a real HTTP server that speaks Prometheus' JSON.</summary>
public sealed class PrometheusSourceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly MetricRange Range = new(Noon.AddMinutes(-30), Noon, TimeSpan.FromSeconds(15));

    private readonly List<(string Path, string? Authorization, Dictionary<string, string> Form)> _asked = [];
    private WebApplication _server = null!;
    private Func<HttpContext, IResult> _answer = _ => Results.Text("""
        {"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1772625600,"0.5"],[1772625615.5,"NaN"],[1772625630,"+Inf"],[1772625645,"2"]]}]}}
        """);

    private string Address => _server.Urls.First();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.MapFallback(async context =>
        {
            var form = await context.Request.ReadFormAsync();
            _asked.Add((context.Request.Path, context.Request.Headers.Authorization, form.ToDictionary(f => f.Key, f => f.Value.ToString())));
            await _answer(context).ExecuteAsync(context);
        });
        await _server.StartAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_range_is_asked_for_as_Prometheus_documents_it()
    {
        using var source = new PrometheusSource(Address + "/prefix/", "secret");

        var points = await source.RangeAsync("sum(rate(x{a=\"b c\"}[1m]))", Range, CancellationToken.None);

        Assert.Equal(new SeriesPoint[] { new(1772625600, 0.5), new(1772625615.5, double.NaN), new(1772625630, double.NaN), new(1772625645, 2) }, points);
        var (path, authorization, form) = Assert.Single(_asked);
        Assert.Equal(("/prefix/api/v1/query_range", "Bearer secret"), (path, authorization));
        Assert.Equal(("sum(rate(x{a=\"b c\"}[1m]))", "1772623800", "1772625600", "15"), (form["query"], form["start"], form["end"], form["step"]));
    }

    [Fact]
    public async Task No_series_are_no_points()
    {
        _answer = _ => Results.Text("""{"status":"success","data":{"resultType":"matrix","result":[]}}""");
        using var source = new PrometheusSource(Address, null);

        Assert.Empty(await source.RangeAsync("up", Range, CancellationToken.None));
        Assert.Null(_asked[0].Authorization);
    }

    [Theory]
    [InlineData(200, """{"data":{"result":[{"values":[]},{"values":[]}]}}""", "the query gives 2 series; wanted is one, so aggregate them")]
    [InlineData(200, "<html>", "gave no answer of Prometheus' API")]
    [InlineData(200, "[]", "gave no answer of Prometheus' API")]
    [InlineData(200, """{"data":{"result":[{"values":[["x","y"]]}]}}""", "gave no answer of Prometheus' API")]
    [InlineData(200, """{"data":{"result":[{"values":[[1,"y"]]}]}}""", "its point 0 is no pair of a time and a value")]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}""", "answered 400: parse error: unexpected end")]
    [InlineData(404, "not here", "answered 404; is it the address of a Prometheus?")]
    [InlineData(503, "", "answered 503")]
    [InlineData(302, "", "answered 302")]
    public async Task Any_other_answer_is_told_with_what_to_do(int status, string body, string why)
    {
        _answer = context =>
        {
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere"; // a redirect is not followed
            return Results.Text(body, statusCode: status);
        };
        using var source = new PrometheusSource(Address, null);

        var thrown = await Assert.ThrowsAsync<MetricSourceException>(() => source.RangeAsync("up", Range, CancellationToken.None));

        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_the_address_but_without_its_password()
    {
        using var source = new PrometheusSource("http://ann:secret@127.0.0.1:9/", null);

        var thrown = await Assert.ThrowsAsync<MetricSourceException>(() => source.RangeAsync("up", Range, CancellationToken.None));

        Assert.Contains("http://127.0.0.1:9/ does not answer", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_and_password_in_the_address_are_sent_as_such()
    {
        using var source = new PrometheusSource(Address.Replace("http://", "http://ann:s%20e@", StringComparison.Ordinal), null);

        await source.RangeAsync("up", Range, CancellationToken.None);

        Assert.Equal("Basic " + Convert.ToBase64String("ann:s e"u8), _asked[0].Authorization);
    }

    [Theory]
    [InlineData("prometheus:9090")]
    [InlineData("ftp://x")]
    [InlineData("")]
    [InlineData("http://x/?a=b")]
    public void An_address_that_is_none_is_refused(string address) =>
        Assert.Contains("wanted is one such as http://prometheus:9090", Assert.Throws<FormatException>(() => new PrometheusSource(address, null)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Giving_up_is_not_a_failure_of_the_store()
    {
        using var gone = new CancellationTokenSource();
        _answer = _ =>
        {
            gone.Cancel();
            return Results.Text("{}");
        };
        using var source = new PrometheusSource(Address, null);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.RangeAsync("up", Range, gone.Token));
    }
}
