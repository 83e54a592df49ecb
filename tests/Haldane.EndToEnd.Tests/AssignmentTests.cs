using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>Who gets the canary, seen from outside.</summary>
[Collection(Alone.Name)]
public sealed class AssignmentTests
{
    private const int Subjects = 2_000;

    [Fact]
    public async Task A_subject_keeps_its_arm_across_a_restart_and_on_a_second_replica_and_a_growing_share_moves_nobody_back()
    {
        using var first = new Workspace();
        using var second = new Workspace();
        using var wider = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        const string tenth = "{ share: 10%, bake: 1h }";
        var file = first.WriteRollout(v1.Address, v2.Address, tenth);

        var before = await ArmsAsync(file, first.Store, useTwice: true);
        var restarted = await ArmsAsync(file, first.Store);
        var replica = await ArmsAsync(second.WriteRollout(v1.Address, v2.Address, tenth), second.Store);
        var grown = await ArmsAsync(wider.WriteRollout(v1.Address, v2.Address, "{ share: 50%, bake: 1h }"), wider.Store);

        Assert.Equal(before, restarted);
        Assert.Equal(before, replica);
        Assert.All(before.Index().Where(x => x.Item == "canary"), x => Assert.Equal("canary", grown[x.Index]));

        // 4.5 standard deviations of a binomial of 2,000 at 10 % are 60.
        Assert.InRange(before.Count(a => a == "canary"), 140, 260);
    }

    private static async Task<string[]> ArmsAsync(string file, string store, bool useTwice = false)
    {
        await using var haldane = await RunningHaldane.StartAsync(file, store);
        using var http = new HttpClient { BaseAddress = haldane.Data };
        using var admin = new HttpClient { BaseAddress = haldane.Admin };
        while (!(await admin.GetStringAsync("/api/v1/rollouts")).Contains("\"Running\"", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        var arms = await Task.WhenAll(Enumerable.Range(0, Subjects).Select(async i => (await Callers.CallAsync(http, $"subject-{i}")).Arm));
        if (useTwice)
        {
            Assert.Equal(arms, await Task.WhenAll(Enumerable.Range(0, Subjects).Select(async i => (await Callers.CallAsync(http, $"subject-{i}")).Arm)));
        }

        await haldane.StopAsync();
        return arms;
    }
}
