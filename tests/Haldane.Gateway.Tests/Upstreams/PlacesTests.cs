using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Upstreams;

/// <summary>Who is served when not all can be.</summary>
public sealed class PlacesTests
{
    [Fact]
    public async Task Who_came_first_is_served_first_and_nobody_overtakes()
    {
        var places = new Places(1, 2);
        Assert.True(places.TryTake());
        var first = places.TakeAsync(CancellationToken.None);
        var second = places.TakeAsync(CancellationToken.None);

        Assert.False(await places.TakeAsync(CancellationToken.None)); // too many wait
        places.Release();
        Assert.True(await first);
        Assert.False(places.TryTake());
        Assert.False(second.IsCompleted);
        places.Release();
        Assert.True(await second);
        places.Release();
        Assert.True(places.TryTake());
        Assert.Equal(1, places.Taken);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_place_to_the_next()
    {
        var places = new Places(1, 4);
        Assert.True(places.TryTake());
        using var patience = new CancellationTokenSource();
        var impatient = places.TakeAsync(patience.Token);
        var next = places.TakeAsync(CancellationToken.None);

        await patience.CancelAsync();
        Assert.False(await impatient);
        places.Release();

        Assert.True(await next);
        Assert.Equal(1, places.Taken);
    }

    [Fact]
    public async Task However_they_come_and_go_no_place_is_lost_and_none_is_given_twice()
    {
        var places = new Places(3, 1_000);
        var (inside, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var round = 0; round < 5_000; round++)
            {
                using var patience = new CancellationTokenSource(worker == 0 ? TimeSpan.FromTicks(round) : Timeout.InfiniteTimeSpan);
                if (!places.TryTake() && !await places.TakeAsync(patience.Token))
                {
                    continue;
                }

                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                places.Release();
            }
        })));

        Assert.InRange(most, 1, 3);
        Assert.Equal(0, places.Taken);
        Assert.True(places.TryTake());
    }
}
