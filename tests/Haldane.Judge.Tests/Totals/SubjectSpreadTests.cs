using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Totals;

/// <summary>How many answers count as one, by what the groups of subjects show.</summary>
public sealed class SubjectSpreadTests
{
    private const int Kinds = 3;

    [Fact]
    public void Nothing_reported_counts_each_answer_as_one()
    {
        var spread = new SubjectSpread(Kinds);

        spread.Add(1_000, null);

        Assert.Equal(1, spread.Above(0));
        Assert.Equal(1, spread.Mix);
    }

    [Fact]
    public void Independent_answers_count_each_as_one_or_nearly_so()
    {
        var random = new Random(7);
        var spread = new SubjectSpread(Kinds);

        spread.Add(64_000, Counts(64, _ => 1_000, _ => Binomial(random, 1_000, 0.3)));

        Assert.InRange(spread.Above(0), 1, 1.2);
        Assert.InRange(spread.Mix, 1, 1.2);
    }

    [Fact]
    public void Groups_that_always_answer_alike_count_as_one_answer_each()
    {
        var spread = new SubjectSpread(Kinds);

        // Of 64 groups of 1,000 the even ones always answer 0, the odd ones always 1: there are 64 answers.
        spread.Add(64_000, Counts(64, _ => 1_000, group => group % 2 == 0 ? 1_000 : 0));

        // Kish: 1 + (1,000 - 1) x 1, times 64 / 63 for the mean that is estimated; less 1.5 of its standard errors.
        var whole = 1_000 * 64 / 63.0;
        Assert.Equal(whole - 1.5 * Math.Sqrt((2 + 64 / 16_000.0) / 63), spread.Above(0), 9);
        Assert.Equal(1 + GroupedMean.Widening(64) * (spread.Above(0) - 1), spread.Mix, 9); // two kinds: each says the same
        Assert.Equal(1, spread.Above(1)); // no answer is above the second kind
    }

    [Fact]
    public void More_answers_since_the_last_report_say_nothing_new()
    {
        var spread = new SubjectSpread(Kinds);
        spread.Add(64_000, Counts(64, _ => 1_000, group => group % 2 == 0 ? 1_000 : 0));
        var reported = spread.Above(0);

        spread.Add(64_000, null);

        Assert.Equal(1 + 2 * (reported - 1), spread.Above(0), 9);
    }

    [Fact]
    public void Reports_add_up_to_the_same_as_one()
    {
        var (halves, whole) = (new SubjectSpread(Kinds), new SubjectSpread(Kinds));

        halves.Add(3_200, Counts(64, _ => 50, group => group % 3 * 10));
        halves.Add(3_200, Counts(64, _ => 50, group => group % 3 * 10));
        whole.Add(6_400, Counts(64, _ => 100, group => group % 3 * 20));

        Assert.Equal(whole.Above(0), halves.Above(0));
        Assert.Equal(whole.Mix, halves.Mix);
    }

    [Theory]
    [InlineData(4, double.PositiveInfinity)]
    [InlineData(5, 1)]
    public void Too_few_groups_to_tell_prove_nothing(int groups, double effect)
    {
        var spread = new SubjectSpread(Kinds);

        spread.Add(groups * 100, Counts(groups, _ => 100, _ => 30));

        Assert.Equal(effect, spread.Above(0));
        Assert.Equal(effect, spread.Mix);
    }

    [Fact]
    public void One_group_that_makes_nearly_everything_counts_as_too_few()
    {
        var spread = new SubjectSpread(Kinds);

        spread.Add(10_000 + 63, Counts(64, group => group == 0 ? 10_000 : 1, group => group == 0 ? 3_000 : 0));

        Assert.Equal(double.PositiveInfinity, spread.Above(0));
    }

    [Fact]
    public void A_new_stage_counts_anew()
    {
        var spread = new SubjectSpread(Kinds);
        spread.Add(64_000, Counts(64, _ => 1_000, group => group % 2 == 0 ? 1_000 : 0));

        spread.Clear();

        Assert.Equal(1, spread.Above(0));
        Assert.Equal(1, spread.Mix);
    }

    [Fact]
    public void Users_who_were_alike_in_one_stage_are_taken_to_be_so_in_the_next()
    {
        // Eight heavy groups that answer alike; at first four either way, then by chance nearly all the same way: of themselves they seem to be many independent answers.
        var (known, fresh) = (new SubjectSpread(Kinds), new SubjectSpread(Kinds));
        known.Add(8 * 1_000 + 5_600, Counts(64, group => group < 8 ? 1_000 : 100, group => group >= 8 ? 50 : group % 2 == 0 ? 1_000 : 0));
        var (above, mix) = (known.Above(0) - 1, (known.Mix - 1) / Widening(13_600, 8e6 + 56e4));
        known.Clear();

        foreach (var spread in (SubjectSpread[])[known, fresh])
        {
            spread.Add(8 * 20 + 112, Counts(64, group => group < 8 ? 20 : 2, group => group < 8 ? 16 : 1));
        }

        // How often a subject came, beside the answer itself, and least squares.
        double early = Repeats(8 * 1_000 + 5_600, (8 * 1e6) + (56 * 1e4)), late = Repeats(8 * 20 + 112, (8 * 400) + (56 * 4));
        Assert.Equal(1, fresh.Above(0));
        Assert.Equal(1 + (early * above + late * Own(fresh)) * late / (early * early + late * late), known.Above(0), 9);
        Assert.Equal(1 + Widening(272, 3_424) * (known.Above(0) - 1), known.Mix, 9); // two kinds: each says the same
        Assert.InRange(known.Above(0), 10, 13);
        Assert.InRange(known.Mix, 16, 19);
        Assert.InRange(mix / above, 0.99, 1.01);

        static double Widening(double total, double squares) => GroupedMean.Widening(total * total / squares);

        static double Repeats(double total, double squares) => ((squares - total * total / 64) * 64 / 63 / total) - 1;

        // What fresh answers show, below 1: 56 groups of one of each kind, 8 of sixteen and four.
        static double Own(SubjectSpread fresh)
        {
            const double Events = 8 * 16 + 56, Total = 8 * 20 + 112, Rate = Events / Total;
            double heavy = 16 - Rate * 20, light = 1 - Rate * 2, groups = Total * Total / (8 * 400 + 56 * 4), independent = Events * (1 - Rate);
            var seen = (8 * heavy * heavy + 56 * light * light) / (1 - 1 / groups) / independent;
            Assert.Equal(1, fresh.Above(0));
            return seen - 1.5 * Math.Sqrt((2 + groups / independent) / (groups - 1)) - 1;
        }
    }

    [Fact]
    public void What_a_short_stage_showed_by_chance_fades()
    {
        var random = new Random(11);
        var spread = new SubjectSpread(Kinds);
        spread.Add(32 * 6, Counts(32, _ => 6, group => group % 2 == 0 ? 6 : 0)); // as if each subject always answered the same
        Assert.InRange(spread.Above(0), 4, 6);
        spread.Clear();

        spread.Add(8 * 5_000 + 56_000, Counts(64, group => group < 8 ? 5_000 : 1_000, group => Binomial(random, group < 8 ? 5_000 : 1_000, 0.3)));

        Assert.Equal(1, spread.Above(0));
    }

    [Theory]
    [InlineData(8, 0.04)]
    [InlineData(20, 0.01)]
    [InlineData(64, 0.01)]
    public void Few_groups_make_it_as_wide_as_t(int groups, double about)
    {
        var t = StudentT.InvCDF(0, 1, groups - 1, Normal.CDF(0, 1, -4));

        Assert.Equal(1, GroupedMean.Widening(groups) / (t * t / 16), about);
    }

    // Answers of kind 0, and the rest of kind 1.
    private static SparseCounts Counts(int groups, Func<int, int> answers, Func<int, int> first)
    {
        var row = new long[Kinds * SubjectGroups.Count];
        for (var group = 0; group < groups; group++)
        {
            row[SubjectGroups.Key(0, group)] = first(group);
            row[SubjectGroups.Key(1, group)] = answers(group) - first(group);
        }

        return SparseCounts.Of(row);
    }

    private static int Binomial(Random random, int trials, double chance) => Enumerable.Range(0, trials).Count(_ => random.NextDouble() < chance);
}
