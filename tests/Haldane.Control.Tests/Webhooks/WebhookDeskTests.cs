using Haldane.Control.Tests.Fakes;
using Haldane.Control.Webhooks;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Webhooks;

/// <summary>The ledger is followed, in order, at least once, and nobody waits for a receiver.</summary>
public sealed class WebhookDeskTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly WebhookSpec Ops = new() { Name = "ops", Url = "https://x" };

    private readonly HandTime _time = new();
    private readonly Disk _disk = new();
    private readonly MemoryStore _ledger;
    private readonly MemoryWebhooks _webhooks;
    private readonly HandSender _sender = new();
    private readonly Lines<WebhookDesk> _log = new();

    public WebhookDeskTests()
    {
        _ledger = new(_disk, new());
        _webhooks = new(() => _disk.Ledger.Count);
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_new_webhook_is_told_of_what_comes_and_not_of_what_was()
    {
        Write(3);
        var desk = await DeskAsync(Ops);
        Write(3);

        await LookAsync(desk);

        Assert.Equal([4, 5, 6], _sender.Taken);
        Assert.Equal(new($"urn:haldane:ledger:{_disk.Ledger[0].Hash[..16]}"), Assert.Single(_sender.Sources));
    }

    [Fact]
    public async Task It_goes_on_after_a_restart_where_it_stood()
    {
        var desk = await DeskAsync(Ops);
        Write(70);
        await LookAsync(desk);
        Write(70);

        await LookAsync(await DeskAsync(Ops));

        Assert.Equal(Enumerable.Range(1, 140).Select(n => (long)n), _sender.Taken);
    }

    [Fact]
    public async Task It_is_told_of_its_models_and_events_only_and_what_is_passed_over_costs_one_write()
    {
        var desk = await DeskAsync(Ops with { Models = ["chat"], Events = ["ended"] });
        Write(40);
        Write(1, "promoted", "chat");
        Write(40);
        Write(1, "held", "chat");

        await LookAsync(desk);

        Assert.Equal([41], _sender.Taken);
        Assert.Equal((82, 3), (_webhooks.Progress["ops"].Position, _webhooks.Saved));
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again_later_and_later_and_nothing_overtakes_it()
    {
        var desk = await DeskAsync(Ops);
        Write(2);
        _sender.Answer = _ => Task.FromResult(HandSender.Refused);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 14; i++)
        {
            await LookAsync(desk);
            waits.Add(_webhooks.Progress["ops"].Due!.Value - _time.GetUtcNow());
            _time.Pass(waits[^1] - TimeSpan.FromMilliseconds(1));
            await LookAsync(desk);
            _time.Pass(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 7200, 7200, 7200], waits.Select(w => w.TotalSeconds));
        Assert.Equal(Enumerable.Repeat(1L, 14), _sender.Tried);
        _sender.Answer = _ => Task.FromResult(SendOutcome.Delivered);
        await LookAsync(desk);

        Assert.Equal([1, 2], _sender.Taken);
        Assert.Equal((0, null, null), (_webhooks.Progress["ops"].Attempts, _webhooks.Progress["ops"].Fault, _webhooks.Progress["ops"].Due));
        Assert.Equal([2101, 2102], _log.All.Select(l => l.Event.Id));
    }

    [Fact]
    public async Task Attempts_and_waits_outlive_a_restart()
    {
        var desk = await DeskAsync(Ops);
        Write(1);
        _sender.Answer = _ => Task.FromResult(HandSender.Refused);
        await LookAsync(desk);
        var again = await DeskAsync(Ops);

        await LookAsync(again);
        Assert.Single(_sender.Tried);
        _time.Pass(TimeSpan.FromSeconds(5));
        await LookAsync(again);

        Assert.Equal((2, 10), (_webhooks.Progress["ops"].Attempts, (_webhooks.Progress["ops"].Due - _time.GetUtcNow())!.Value.TotalSeconds));
    }

    [Fact]
    public async Task A_record_is_given_up_after_a_day_and_those_that_waited_behind_it_have_one_attempt_each()
    {
        var desk = await DeskAsync(Ops);
        Write(3);
        _sender.Answer = _ => Task.FromResult(HandSender.Refused);
        var began = _time.GetUtcNow();
        for (var i = 0; i < RetrySchedule.Attempts + 2; i++)
        {
            await LookAsync(desk);
            _time.Pass(_webhooks.Progress["ops"].Due!.Value - _time.GetUtcNow());
        }

        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromHours(24), TimeSpan.FromHours(26));
        Assert.Equal((RetrySchedule.Attempts, 1, 1), (_sender.Tried.Count(n => n == 1), _sender.Tried.Count(n => n == 2), _sender.Tried.Count(n => n == 3)));
        Assert.Equal([(1L, RetrySchedule.Attempts), (2, 1), (3, 1)], _webhooks.Dead.Select(d => (d.Number, d.Attempts)));
        Assert.Equal(new("ops", WebhookState.Delivering, 0, 3), Assert.Single(desk.Standing));
        Write(1);
        await LookAsync(desk);
        Assert.Equal((4, 1), (_sender.Tried[^1], _webhooks.Progress["ops"].Attempts));
    }

    [Fact]
    public async Task One_that_poisons_its_receiver_does_not_keep_the_others_for_ever()
    {
        var desk = await DeskAsync(Ops);
        Write(3);
        _sender.Answer = number => Task.FromResult(number == 2 ? HandSender.Refused : SendOutcome.Delivered);
        for (var hour = 0; hour < 80 && _webhooks.Dead.Count == 0; hour++)
        {
            await LookAsync(desk);
            _time.Pass(TimeSpan.FromHours(1));
        }

        await LookAsync(desk);

        Assert.Equal([1, 3], _sender.Taken);
        Assert.Equal(2, Assert.Single(_webhooks.Dead).Number);
    }

    [Fact]
    public async Task Dead_letters_are_sent_when_somebody_asks_and_leave_the_list_once_taken()
    {
        var desk = await DeskAsync(Ops);
        Write(4);
        foreach (var number in new long[] { 1, 2, 3 })
        {
            _webhooks.Dead.Add(new("ops", number, _time.GetUtcNow(), 23, "it answered 503"));
        }

        _webhooks.Progress["ops"] = new("ops", 3) { Fault = "it answered 503", Due = _time.GetUtcNow().AddHours(2), Attempts = 4 };
        desk = await DeskAsync(Ops);
        _sender.Answer = number => Task.FromResult(number == 3 ? HandSender.Refused : SendOutcome.Delivered);
        var answer = await desk.RetryAsync("ops", new("ann"), None);
        await LookAsync(desk);
        var first = _sender.Taken.ToArray();
        _sender.Answer = _ => Task.FromResult(SendOutcome.Delivered);
        await desk.RetryAsync("ops", new("ann"), None);
        await LookAsync(desk);

        Assert.Equal((CommandOutcomeKind.Done, "ops is tried again, with what was given up: 3 records"), (answer.Kind, answer.Message));
        Assert.Equal([1, 2], first);
        Assert.Equal([1, 2, 3, 4], _sender.Taken);
        Assert.Empty(_webhooks.Dead);
        Assert.Equal("nope", (await desk.RetryAsync("nope", new("ann"), None)).Message[^4..]);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_left_alone_until_somebody_asks()
    {
        var desk = await DeskAsync(Ops);
        Write(2);
        _sender.Answer = _ => Task.FromResult(new SendOutcome(SendOutcomeKind.Gone, "it answered 410"));
        await LookAsync(desk);
        _time.Pass(TimeSpan.FromDays(3));
        desk = await DeskAsync(Ops);
        await LookAsync(desk);
        var stopped = Assert.Single(await desk.ListAsync(new("ann"), None));
        _sender.Answer = _ => Task.FromResult(SendOutcome.Delivered);
        await desk.RetryAsync("ops", new("ann"), None);
        await LookAsync(desk);

        Assert.Equal((WebhookState.Stopped, "it answered 410", 2), (stopped.State, stopped.Fault, stopped.Behind));
        Assert.Equal([1, 1, 2], _sender.Tried);
        Assert.Equal(WebhookState.Delivering, (await desk.ListAsync(new("ann"), None))[0].State);
    }

    [Fact]
    public async Task One_that_hangs_keeps_neither_the_look_nor_the_other_webhooks_waiting()
    {
        var slow = new HandSender { Answer = _ => new TaskCompletionSource<SendOutcome>().Task };
        using var stop = new CancellationTokenSource();
        var desk = await WebhookDesk.RecoverAsync(
            [new(Ops, "https://x", slow), new(Ops with { Name = "chat" }, "https://y", _sender)], null, _ledger, _webhooks, _time, () => 0.5, _log, None);
        Write(2);

        await desk.LookAsync(stop.Token).Soon();
        await desk.LookAsync(stop.Token).Soon();
        Write(1);
        await desk.LookAsync(stop.Token).Soon();
        while (_sender.Taken.Count < 3)
        {
            await desk.LookAsync(stop.Token).Soon();
            await Task.Yield();
        }

        await stop.CancelAsync();
        await desk.IdleAsync().Soon();
        Assert.Equal([1], slow.Tried);
        Assert.Equal((0, 3), (_webhooks.Progress["ops"].Position, _webhooks.Progress["chat"].Position));
    }

    [Fact]
    public async Task While_the_store_is_down_nothing_is_sent_again_and_again()
    {
        var desk = await DeskAsync(Ops);
        Write(2);
        _webhooks.IsDown = true;
        for (var i = 0; i < 5; i++)
        {
            await LookAsync(desk);
        }

        Assert.Equal([1], _sender.Tried);
        Assert.Equal([2105], _log.All.Select(l => l.Event.Id));
        _webhooks.IsDown = false;
        await LookAsync(desk);

        Assert.Equal([1, 2], _sender.Tried);
        Assert.Equal(2, _webhooks.Progress["ops"].Position);
    }

    [Fact]
    public async Task How_it_stands_is_told_while_the_store_is_down()
    {
        var desk = await DeskAsync(Ops);
        var before = Assert.Single(desk.Standing);
        Write(3);
        _sender.Answer = _ => Task.FromResult(HandSender.Refused);
        await LookAsync(desk);

        _webhooks.IsDown = true;

        Assert.Equal([new("ops", WebhookState.Delivering, 0, 0), new("ops", WebhookState.Retrying, 3, 0)], [before, Assert.Single(desk.Standing)]);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_given_up_at_once()
    {
        var desk = await DeskAsync(Ops);
        Write(1);
        _disk.Ledger.Add(new(2, "not JSON", "", ""));
        Write(1);

        await LookAsync(desk);

        Assert.Equal([1, 3], _sender.Taken);
        Assert.Equal((2, "the record cannot be read"), (_webhooks.Dead[0].Number, _webhooks.Dead[0].Fault));
        Assert.Equal("", Assert.Single((await desk.DeadAsync("ops", new("ann"), None))!).Kind);
    }

    [Fact]
    public async Task People_see_what_tells_of_their_models_only()
    {
        var desk = await WebhookDesk.RecoverAsync(
            [new(Ops, "https://x", _sender), new(Ops with { Name = "chat", Models = ["chat"] }, "https://y", _sender)], null, _ledger, _webhooks, _time, () => 0.5, _log, None);
        Write(1);
        _webhooks.Dead.Add(new("chat", 1, _time.GetUtcNow(), 23, "it answered 503"));
        var chatter = new Person("cat") { Models = ["chat"] };

        Assert.Equal(["ops", "chat"], (await desk.ListAsync(new("ann"), None)).Select(w => w.Name));
        var seen = Assert.Single(await desk.ListAsync(chatter, None));
        Assert.Equal(("chat", "https://y", 1, 1), (seen.Name, seen.To, seen.Dead, seen.Behind));
        Assert.Null(await desk.DeadAsync("ops", chatter, None));
        Assert.Equal(new DeadLetterView(1, _time.GetUtcNow(), 23, "it answered 503", "held", "fraud-v2", "fraud"), Assert.Single((await desk.DeadAsync("chat", chatter, None))!));
        Assert.Equal(CommandOutcomeKind.NotFound, (await desk.RetryAsync("ops", chatter, None)).Kind);
    }

    private Task<WebhookDesk> DeskAsync(WebhookSpec spec) =>
        WebhookDesk.RecoverAsync([new(spec, "https://x", _sender)], null, _ledger, _webhooks, _time, () => 0.5, _log, None);

    private static async Task LookAsync(WebhookDesk desk)
    {
        await desk.LookAsync(None).Soon();
        await desk.IdleAsync().Soon();
    }

    private void Write(int records, string kind = "held", string model = "fraud")
    {
        for (var i = 0; i < records; i++)
        {
            var entry = new LedgerEntry { At = _time.GetUtcNow(), Kind = kind, Rollout = $"{model}-v2", Run = 1, Model = model, By = "judge", Why = "x", Stage = 0, From = Share.None, To = Share.None };
            _disk.Ledger.Add(LedgerChain.Append(entry, _disk.Ledger.Count + 1, _disk.Ledger.Count == 0 ? LedgerChain.Beginning : _disk.Ledger[^1].Hash));
        }
    }
}
