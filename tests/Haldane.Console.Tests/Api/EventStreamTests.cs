using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests.Api;

public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Events = "/api/v1/rollouts/fraud-v2/events";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task The_first_event_is_the_whole_view_and_later_ones_bring_only_new_points()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);
        await using var events = Read(response);

        var first = await NextAsync(events);
        _admin.Room.Show(Views.Running("fraud-v2", version: 3, points: 5));
        var second = await NextAsync(events);
        _admin.Room.Show(Views.Running("fraud-v2", version: 4, points: 5));
        var third = await NextAsync(events);

        Assert.Equal((2, 3), (first.GetProperty("version").GetInt64(), first.GetProperty("series").GetArrayLength()));
        Assert.Equal((3, 2), (second.GetProperty("version").GetInt64(), second.GetProperty("series").GetArrayLength()));
        Assert.Equal((4, 0), (third.GetProperty("version").GetInt64(), third.GetProperty("series").GetArrayLength()));
        Assert.Equal("2026-03-04T12:00:04+00:00", second.GetProperty("series")[0].GetProperty("at").GetString());
    }

    [Fact]
    public async Task The_stream_is_an_event_stream_with_the_headers_of_every_answer()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("Content-Security-Policy"));
        Assert.True(response.Headers.Contains("X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_silence_the_stream()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);
        await using var events = Read(response);
        await NextAsync(events);
        var view = Views.Running("fraud-v2", version: 3);

        _admin.Room.Show(view with { Series = [.. view.Series, view.Series[^1] with { At = Views.Noon.AddHours(-1) }] });

        Assert.Equal("2026-03-04T11:00:00+00:00", Assert.Single((await NextAsync(events)).GetProperty("series").EnumerateArray()).GetProperty("at").GetString());
    }

    [Fact]
    public async Task A_new_run_brings_its_own_points()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);
        await using var events = Read(response);
        await NextAsync(events);
        var view = Views.Running("fraud-v2", version: 3, points: 1);

        _admin.Room.Show(view with { Series = [view.Series[0] with { At = Views.Noon.AddMinutes(5) }] });

        Assert.Single((await NextAsync(events)).GetProperty("series").EnumerateArray());
    }

    [Fact]
    public async Task A_slow_reader_gets_the_newest_view_and_no_backlog()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);
        await using var events = Read(response);
        await NextAsync(events);

        _admin.Room.Show(Views.Running("fraud-v2", version: 9, points: 9));

        var next = await NextAsync(events);
        Assert.Equal((9, 6), (next.GetProperty("version").GetInt64(), next.GetProperty("series").GetArrayLength()));
    }

    [Fact]
    public async Task The_stream_ends_whole_when_the_server_stops()
    {
        using var response = await _admin.Client.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead);
        await using var events = Read(response);
        await NextAsync(events);

        await _admin.StopAsync();

        Assert.False(await events.MoveNextAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Another_page_may_not_follow()
    {
        var answer = await _admin.GetAsync(Events, ("Origin", "http://evil.example"));

        answer.AssertProblem(HttpStatusCode.Forbidden, "other web pages");
    }

    private static IAsyncEnumerator<SseItem<string>> Read(HttpResponseMessage response) =>
        SseParser.Create(response.Content.ReadAsStream()).EnumerateAsync().GetAsyncEnumerator();

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.Equal("rollout", events.Current.EventType);
        return JsonDocument.Parse(events.Current.Data).RootElement;
    }
}
