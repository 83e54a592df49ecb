using Haldane.Control.Tests.Fakes;
using Haldane.Core.Exchanges;
using Haldane.Core.Feedback;

namespace Haldane.Control.Tests.Feedback;

/// <summary>Feedback from the sender to the store: what is joined, what is refused, what is a repeat.</summary>
public sealed class FeedbackTests : FeedbackTestWorld
{
    [Fact]
    public async Task A_label_of_an_answer_that_could_not_be_read_is_uncounted()
    {
        var receipt = await SendAsync(Label(1, "good", @class: ExchangeToken.NoClass));

        await World.TickAsync();

        Assert.Equal((0, 1), (receipt.Joined, receipt.Uncounted));
        Assert.Empty(Labels(1));
    }

    [Fact]
    public async Task The_same_events_are_a_repeat_and_others_are_not()
    {
        var item = new FeedbackItem { Exchange = Token(1), Events = ["conversion", "refund"] };
        await SendAsync(item);

        Assert.Equal((0, 1), Counts(await SendAsync(item with { Events = ["refund", "conversion"] })));
        Assert.Equal((1, 0), Counts(await SendAsync(item with { Events = ["conversion"] })));
        Assert.Equal((1, 0), Counts(await SendAsync(item with { Values = Revenue(1) })));
    }

    [Fact]
    public async Task The_key_of_an_item_without_events_is_the_one_that_it_always_had()
    {
        await SendAsync(new FeedbackItem { Subject = "ann", Values = Revenue(4) });

        Assert.Equal("88324a94e31949cae57773257274e292", Assert.Single(World.Disk.Feedback).Feedback.Key);
    }

    [Fact]
    public async Task An_answer_that_could_not_be_read_may_still_have_events()
    {
        var receipt = await SendAsync(Label(1, "good", @class: ExchangeToken.NoClass) with { Events = ["conversion"] });

        Assert.Equal(new(1, 0, 0, []), receipt);
        Assert.Null(Assert.Single(World.Disk.Feedback).Feedback.Wrong);
    }

    [Fact]
    public async Task The_receipt_counts_joined_repeated_unknown_and_refused()
    {
        var first = Label(1, "good");

        var receipt = await SendAsync(
            first, first, Label(2, "good"), first with { Exchange = new('A', 43) }, Label(3, "teapot"), new() { Exchange = Token(4) });

        Assert.Equal((2, 1, 1), (receipt.Joined, receipt.Repeated, receipt.Unknown));
        Assert.Equal(
            [
                "items[4]: label: is no class of model fraud; one of good, fraud",
                "items[5]: has no label, values or events; give at least one",
            ],
            receipt.Refused);
    }

    [Fact]
    public async Task A_repeat_changes_nothing_also_after_a_restart()
    {
        var items = new[] { Label(1, "fraud"), Value(2, 10) };
        await SendAsync(items);
        await World.TickAsync();
        await World.StopAsync();
        using var next = await World.RestartAsync();
        _ = next.Run();

        var receipt = await next.FeedbackAsync(items).Soon();
        await next.TickAsync();
        await next.StopAsync();

        Assert.Equal(new(0, 2, 0, []), receipt);
        Assert.Empty(Labels(2));
        Assert.Empty(World.Disk.Slices(1)[1].Values);
    }

    [Fact]
    public async Task Without_an_id_a_second_label_of_a_token_is_a_repeat()
    {
        await SendAsync(Label(1, "good"));

        Assert.Equal(1, (await SendAsync(Label(1, "fraud"))).Repeated);
    }

    [Fact]
    public async Task With_an_id_the_id_decides_what_a_repeat_is()
    {
        await SendAsync(Value(1, 10) with { Id = "a" });

        Assert.Equal((1, 0), Counts(await SendAsync(Value(1, 10) with { Id = "b" })));
        Assert.Equal((0, 1), Counts(await SendAsync(Value(1, 99) with { Id = "a" })));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a token")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("éééééééééééééééééééééééééééééééééééééééééééé")]
    public async Task A_forged_token_is_unknown(string token)
    {
        Assert.Equal(new(0, 0, 1, []), await SendAsync(new FeedbackItem { Exchange = token, Label = "good" }));
        Assert.Empty(World.Disk.Feedback);
    }

    [Fact]
    public async Task A_token_with_any_character_changed_is_unknown()
    {
        var token = Token(1);
        var forged = Enumerable.Range(0, token.Length)
            .Select(i => new FeedbackItem { Exchange = token[..i] + (token[i] == 'A' ? 'Q' : 'A') + token[(i + 1)..], Label = "good" }).ToArray();

        Assert.Equal(forged.Length, (await SendAsync(forged)).Unknown);
    }

    [Fact]
    public async Task A_token_of_another_installation_is_unknown()
    {
        var other = new TokenCodec([.. Enumerable.Repeat((byte)1, 32)]);

        Assert.Equal(1, (await SendAsync(new FeedbackItem { Exchange = Make.Token(other, Make.Exchange(1, 1)), Label = "good" })).Unknown);
    }

    [Fact]
    public async Task A_token_of_a_run_that_is_not_known_is_unknown() =>
        Assert.Equal(1, (await SendAsync(new FeedbackItem { Exchange = World.Token(Make.Exchange(run: 9, 1)), Label = "good" })).Unknown);

    [Fact]
    public async Task An_exchange_that_no_rollout_counts_is_uncounted_and_not_stored()
    {
        var receipt = await SendAsync(
            new FeedbackItem { Exchange = World.Token(Make.Exchange(run: 0, 1)), Label = "good" },
            new FeedbackItem { Exchange = World.Token(Make.Exchange(1, 1) with { Counts = false }), Label = "good" });

        Assert.Equal(new(0, 0, 0, []) { Uncounted = 2 }, receipt);
        Assert.Empty(World.Disk.Feedback);
    }

    [Fact]
    public async Task The_same_values_of_a_subject_in_another_run_are_no_repeat()
    {
        var item = new FeedbackItem { Subject = "ann", Values = Revenue(4) };
        await SendAsync(item);
        await World.RollBackAsync();
        await World.StartAsync();

        Assert.Equal((1, 0), Counts(await SendAsync(item)));
    }

    [Fact]
    public async Task A_subject_is_unknown_when_nothing_runs()
    {
        await World.RollBackAsync();

        Assert.Equal(1, (await SendAsync(new FeedbackItem { Subject = "ann", Values = Revenue(4) })).Unknown);
    }

    [Fact]
    public async Task A_subject_of_an_unknown_model_is_unknown() =>
        Assert.Equal(1, (await SendAsync(new FeedbackItem { Subject = "ann", Model = "nobody", Values = Revenue(4) })).Unknown);

    [Fact]
    public async Task A_subject_must_say_which_model_it_called_when_several_move()
    {
        using var world = await World.OpenAsync(new([Make.Model(), Make.Model("chat")], [Make.Rollout(), Make.Rollout("chat-v2", "chat")]));
        await world.StartAsync();
        await world.StartAsync("chat-v2");
        _ = world.Run();
        var item = new FeedbackItem { Subject = "ann", Values = Revenue(4) };

        var receipts = new[]
        {
            await world.FeedbackAsync(item).Soon(),
            await world.FeedbackAsync(item with { Model = "chat" }).Soon(),
            await world.FeedbackAsync(item with { Model = "fraud" }).Soon(),
        };
        await world.StopAsync();

        Assert.Equal(["items[0]: model: several models have a running rollout; name the one that the subject called"], receipts[0].Refused);
        Assert.Equal([1, 1], receipts[1..].Select(r => r.Joined));
    }

    public static TheoryData<FeedbackItem, string> Nonsense() => new()
    {
        { new() { Label = "good" }, "names neither exchange nor subject; give one of them" },
        { new() { Exchange = "x", Subject = "ann", Label = "good" }, "names both exchange and subject; give one of them" },
        { new() { Subject = "ann", Label = "good" }, "label: a label belongs to one exchange; send the exchange's token instead of the subject" },
        { new() { Subject = "ann" }, "has no label, values or events; give at least one" },
        { new() { Subject = "ann", Values = new Dictionary<string, double>() }, "has no label, values or events; give at least one" },
        { new() { Subject = "", Values = Revenue(1) }, "subject: is empty; wanted is the subject as the model's callers send it" },
        { new() { Subject = "ann", Values = Revenue(1), Id = new('i', 129) }, "id: has 129 characters; at most 128" },
        { new() { Subject = "ann", Values = Enumerable.Range(0, 17).ToDictionary(i => $"v{i}", i => 1.0) }, "values: has 17 entries; at most 16" },
        { new() { Subject = "ann", Values = new Dictionary<string, double> { [""] = 1 } }, "values: a name has 1 to 64 characters, not 0" },
        { new() { Subject = "ann", Values = new Dictionary<string, double> { [new('n', 65)] = 1 } }, "values: a name has 1 to 64 characters, not 65" },
        { new() { Subject = "ann", Events = [] }, "has no label, values or events; give at least one" },
        { new() { Subject = "ann", Events = [.. Enumerable.Range(0, 17).Select(i => $"e{i}")] }, "events: has 17 entries; at most 16" },
        { new() { Subject = "ann", Events = ["conversion", "conversion"] }, "events: has an event twice; name each once" },
        { new() { Subject = "ann", Events = ["conversion", ""] }, "events: a name has 1 to 64 characters" },
        { new() { Subject = "ann", Events = [null!] }, "events: a name has 1 to 64 characters" },
        { new() { Subject = "ann", Events = [new('n', 65)] }, "events: a name has 1 to 64 characters" },
        { new() { Subject = "ann", Events = ["convertion"] }, "events: convertion is no event of model fraud; one of conversion, refund" },
        { new() { Subject = "ann", Events = ["refused"] }, "events: refused is no event of model fraud; one of conversion, refund" },
        { new() { Subject = "ann", Values = new Dictionary<string, double> { ["revenu"] = 1 } }, "values: revenu is no value of model fraud; one of revenue, score" },
        {
            new() { Subject = "ann", Values = new Dictionary<string, double> { ["a"] = 1, ["b"] = 1 }, Events = ["c"] },
            "values: a, b are no values of model fraud; one of revenue, score; events: c is no event of model fraud; one of conversion, refund"
        },
        { new() { Subject = "ann", Values = Revenue(double.NaN) }, "values: a value must be a number of at most 1E+100 in size" },
        { new() { Subject = "ann", Values = Revenue(double.NegativeInfinity) }, "values: a value must be a number of at most 1E+100 in size" },
        { new() { Subject = "ann", Values = Revenue(-1e101) }, "values: a value must be a number of at most 1E+100 in size" },
    };

    [Theory]
    [MemberData(nameof(Nonsense), DisableDiscoveryEnumeration = true)]
    public async Task What_makes_no_sense_is_refused_with_its_place_and_the_cure(FeedbackItem item, string why)
    {
        Assert.Equal(new(0, 0, 0, [$"items[0]: {why}"]), await SendAsync(item));
        Assert.Empty(World.Disk.Feedback);
    }

    [Fact]
    public async Task A_label_for_a_model_without_a_prediction_is_refused()
    {
        using var world = await World.OpenAsync(new([Make.Model() with { Signals = new() }], [Make.Rollout()]));
        await world.StartAsync();

        var receipt = await world.FeedbackAsync(new FeedbackItem { Exchange = world.Token(Make.Exchange(1, 1)), Label = "good" });

        Assert.Equal(["items[0]: label: model fraud has no prediction signal to compare it with"], receipt.Refused);
    }

    [Fact]
    public async Task What_a_model_declares_none_of_is_refused_also_with_a_token()
    {
        using var world = await World.OpenAsync(new([Make.Model() with { Signals = new() }], [Make.Rollout()]));
        await world.StartAsync();

        var receipt = await world.FeedbackAsync(new FeedbackItem { Exchange = world.Token(Make.Exchange(1, 1)), Values = Revenue(1), Events = ["conversion"] });

        Assert.Equal(
            [
                "items[0]: values: revenue is no value of model fraud; its specification declares none under signals.values; "
                + "events: conversion is no event of model fraud; its specification declares none under signals.events",
            ],
            receipt.Refused);
    }

    private static (int Joined, int Repeated) Counts(FeedbackReceipt receipt) => (receipt.Joined, receipt.Repeated);
}
