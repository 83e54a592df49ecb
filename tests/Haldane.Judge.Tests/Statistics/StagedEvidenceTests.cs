using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Evidence over stages: the average over the stage to start in, by hand for three stages with a weight of a third each.</summary>
public sealed class StagedEvidenceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Nothing_seen_is_no_evidence_in_any_stage(int stages)
    {
        var staged = new StagedEvidence(stages);

        for (var stage = 0; stage < stages; stage++)
        {
            staged.MoveTo(stage);
            Assert.Equal(stage, staged.Stage);
            Assert.Equal(0, staged.LogE, 12);
        }
    }

    [Fact]
    public void One_stage_is_the_stage_itself()
    {
        var staged = new StagedEvidence(1);

        staged.Update(2.5);

        Assert.Equal(2.5, staged.LogE, 12);
    }

    [Fact]
    public void Only_the_latest_word_on_a_stage_counts()
    {
        var staged = new StagedEvidence(3);

        staged.Update(Math.Log(100));
        staged.Update(Math.Log(7));

        Assert.Equal(Math.Log((7 + 2) / 3.0), staged.LogE, 12);
    }

    [Fact]
    public void Asking_what_if_changes_nothing()
    {
        var staged = new StagedEvidence(3);
        staged.Update(Math.Log(7));

        Assert.Equal(Math.Log((10 + 2) / 3.0), staged.LogEIf(Math.Log(10)), 12);

        Assert.Equal(Math.Log((7 + 2) / 3.0), staged.LogE, 12);
        staged.MoveTo(1);
        Assert.Equal(Math.Log((7 + 1 + 1) / 3.0), staged.LogE, 12);
    }

    [Fact]
    public void A_stage_that_is_skipped_counts_as_one_without_evidence()
    {
        var staged = new StagedEvidence(3);
        staged.Update(Math.Log(4));

        staged.MoveTo(2);
        staged.Update(Math.Log(6));

        Assert.Equal(2, staged.Stage);
        Assert.Equal(Math.Log((4 + 1 + 1) * 6 / 3.0), staged.LogE, 12);
    }

    [Fact]
    public void Staying_or_going_back_ends_no_stage()
    {
        var staged = new StagedEvidence(3);
        staged.MoveTo(1);
        staged.Update(Math.Log(4));
        var before = staged.LogE;

        staged.MoveTo(1);
        staged.MoveTo(0);

        Assert.Equal((1, before), (staged.Stage, staged.LogE));
    }

    [Fact]
    public void Users_who_were_there_before_add_to_earlier_evidence_and_do_not_multiply_it()
    {
        var staged = new StagedEvidence(3);
        staged.Update(Math.Log(4));
        staged.MoveTo(1);

        staged.Update(Math.Log(10), repeats: true);

        Assert.Equal(Math.Log((4 + 10 + 1) / 3.0), staged.LogE, 12);
        Assert.Equal(Math.Log((4 + 20 + 1) / 3.0), staged.LogEIf(Math.Log(20)), 12);

        // What the stage brought is carried the same way, and the next stage has chances of its own until it is said otherwise.
        staged.MoveTo(2);
        Assert.Equal(Math.Log((4 + 10 + 1) / 3.0), staged.LogE, 12);
        staged.Update(Math.Log(2));
        Assert.Equal(Math.Log((4 + 10 + 1) * 2 / 3.0), staged.LogE, 12);
    }

    [Fact]
    public void A_stage_after_one_of_users_who_were_there_before_may_hold_them_too()
    {
        var staged = new StagedEvidence(3);
        staged.Update(Math.Log(4));
        staged.MoveTo(1);
        staged.Update(Math.Log(10), repeats: true);

        staged.MoveTo(2);

        Assert.Equal(Math.Log((4 + 10 + 1) * 6 / 3.0), staged.LogEIf(Math.Log(6)), 12);
        staged.Update(Math.Log(6), repeats: true);
        Assert.Equal(Math.Log((4 + 10 + 6) / 3.0), staged.LogE, 12);
    }

    [Fact]
    public void The_first_stage_has_nothing_before_it_to_repeat()
    {
        StagedEvidence own = new(3), repeated = new(3);

        own.Update(Math.Log(9));
        repeated.Update(Math.Log(9), repeats: true);

        Assert.Equal(own.LogE, repeated.LogE, 12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void There_is_at_least_one_stage(int stages) => Assert.Throws<ArgumentOutOfRangeException>(() => new StagedEvidence(stages));

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_stage_that_does_not_exist_cannot_be_entered(int stage)
    {
        var staged = new StagedEvidence(3);

        Assert.Throws<ArgumentOutOfRangeException>(() => staged.MoveTo(stage));

        Assert.Equal(0, staged.Stage);
    }
}
