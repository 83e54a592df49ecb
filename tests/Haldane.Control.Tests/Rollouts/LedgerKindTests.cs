using Haldane.Control.Rollouts;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

public sealed class LedgerKindTests
{
    [Fact]
    public void Webhooks_can_be_told_of_every_move_by_its_name_and_of_nothing_that_is_none()
    {
        var rollout = new Rollout { Spec = Make.Rollout() };

        var kinds = Enum.GetValues<Move>().Except([Move.None]).Select(move => LedgerEntries.Of(rollout, new(move, rollout, "x"), null, "", DateTimeOffset.UnixEpoch).Kind);

        Assert.Equal(LedgerKinds.OfRollouts.Order(StringComparer.Ordinal), kinds.Order(StringComparer.Ordinal));
        Assert.All(LedgerKinds.Groups, g => Assert.Empty(g.Kinds.Except([.. LedgerKinds.OfRollouts, .. LedgerKinds.OfSettings])));
    }
}
