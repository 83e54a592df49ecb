using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>Three kinds of answers by hand, and what is carried from stage to stage: one correlation for all of them, by least squares.</summary>
public sealed class SubjectSpreadMemoryTests
{
    private const int Kinds = 3;

    [Fact]
    public void Each_border_between_kinds_has_an_effect_of_its_own_and_the_mix_is_their_mean()
    {
        var spread = After(Mixed(1));

        // Of 100 answers of each group 50, 35 and 15 are of a kind on average; groups lie 30, 25 and 5 off.
        static double D(double off, double rate) =>
            64 * off * off * 64 / 63 / (6_400 * rate * (1 - rate)) - 1.5 * Math.Sqrt((2 + 64 / (6_400 * rate * (1 - rate))) / 63);
        Assert.Equal(D(30, 0.5), spread.Above(0), 9);
        Assert.Equal(D(5, 0.15), spread.Above(1), 9);
        Assert.Equal(1, spread.Above(2));
        Assert.Equal(1 + Wider(Mixed(1)) * ((0.5 * D(30, 0.5) + 0.65 * D(25, 0.35) + 0.85 * D(5, 0.15)) / 2 - 1), spread.Mix, 9);
    }

    [Fact]
    public void Kinds_that_no_answer_is_of_have_no_part_in_the_mix()
    {
        SubjectSpread three = new(3), seven = new(7);
        three.Add(6_400, Mixed(1));
        seven.Add(6_400, Mixed(1));

        Assert.Equal(three.Mix, seven.Mix, 12);
    }

    [Fact]
    public void Nor_have_kinds_that_were_seen_only_in_an_earlier_stage()
    {
        // Four groups are too few to remember anything by.
        SubjectSpread known = After(Counts(4, (_, _) => 5)), fresh = new(Kinds);
        known.Clear();

        foreach (var spread in (SubjectSpread[])[known, fresh])
        {
            spread.Add(6_400, Counts(64, (kind, group) => kind == 2 ? 0 : kind == group % 2 ? 90 : 10));
        }

        Assert.Equal(fresh.Mix, known.Mix, 12);
        Assert.Equal(fresh.Above(0), known.Above(0), 12);
    }

    [Fact]
    public void One_kind_for_all_is_no_matter_of_users()
    {
        var spread = After(Counts(64, (kind, group) => kind == 1 ? 3 + group : 0));

        Assert.Equal((1.0, 1.0, 1.0), (spread.Above(0), spread.Above(1), spread.Mix));
    }

    [Fact]
    public void All_stages_share_one_correlation_by_least_squares()
    {
        // D - 1 = c (K - 1); both uneven sizes, so that subjects come often, and groups that are alike.
        var stages = ((int Heavy, int Part)[])[(400, 90), (100, 60), (250, 75)];
        var spread = new SubjectSpread(Kinds);
        double products = 0, mixes = 0, squares = 0;
        foreach (var (heavy, part) in stages)
        {
            var own = After(Stage(heavy, part));
            var repeats = Repeats(Stage(heavy, part));
            (products, mixes, squares) = (products + repeats * (own.Above(0) - 1), mixes + repeats * (own.Mix - 1) / Wider(Stage(heavy, part)), squares + repeats * repeats);
            Assert.True(own.Above(0) > 1 && own.Mix > 1);

            spread.Add(0, Stage(heavy, part));
            Assert.Equal(1 + repeats * products / squares, spread.Above(0), 9);
            Assert.Equal(1 + Wider(Stage(heavy, part)) * repeats * mixes / squares, spread.Mix, 9);
            spread.Clear();
        }

        spread.Add(0, Stage(300, 50));
        Assert.NotEqual(spread.Above(0), spread.Mix, 0.01);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void A_stage_of_too_few_groups_is_not_remembered(int groups, bool remembered)
    {
        SubjectSpread known = After(Counts(groups, (kind, group) => kind == group % 2 ? 50 : 0)), fresh = new(Kinds);
        known.Clear();

        foreach (var spread in (SubjectSpread[])[known, fresh])
        {
            spread.Add(0, Stage(100, 60));
        }

        Assert.Equal(remembered, known.Above(0) > fresh.Above(0) + 1);
        Assert.Equal(remembered, Math.Abs(known.Mix - fresh.Mix) > 1e-9);
    }

    [Fact]
    public void Ending_a_stage_twice_remembers_it_once()
    {
        SubjectSpread once = After(Stage(400, 90)), twice = After(Stage(400, 90));

        once.Clear();
        twice.Clear();
        twice.Clear();
        once.Add(0, Stage(100, 60));
        twice.Add(0, Stage(100, 60));

        Assert.Equal(once.Above(0), twice.Above(0));
        Assert.Equal(once.Mix, twice.Mix);
    }

    [Fact]
    public void Users_who_come_once_each_say_nothing_about_how_alike_answers_of_one_are()
    {
        // Even groups: nobody seems to come twice, and so the effect of a stage is not held against anything.
        SubjectSpread known = After(Mixed(1)), fresh = After(Mixed(2));

        known.Clear();
        known.Add(0, Mixed(2));

        Assert.Equal(fresh.Above(0), known.Above(0), 12);
        Assert.Equal(fresh.Mix, known.Mix, 12);
    }

    [Fact]
    public void A_report_of_more_answers_than_were_counted_is_taken_as_it_is()
    {
        SubjectSpread few = new(Kinds), all = new(Kinds), twice = new(Kinds);
        few.Add(3_000, Mixed(1));
        all.Add(6_400, Mixed(1));
        twice.Add(16_000, Mixed(1));

        Assert.Equal(all.Above(0), few.Above(0));
        Assert.Equal(1 + 2.5 * (all.Above(0) - 1), twice.Above(0), 9);
    }

    [Fact]
    public void An_empty_report_says_no_more_than_none()
    {
        var spread = new SubjectSpread(Kinds);

        spread.Add(640, SparseCounts.Empty);

        Assert.Equal((1.0, 1.0), (spread.Above(0), spread.Mix));
    }

    [Fact]
    public void A_report_fits_when_its_buckets_exist_and_hold_something()
    {
        Assert.True(SubjectSpread.Fits(SparseCounts.Empty, Kinds));
        Assert.True(SubjectSpread.Fits(new([0, 3 * 64 - 1], [1, 5]), Kinds));
        Assert.False(SubjectSpread.Fits(new([0, 3 * 64], [1, 5]), Kinds));
        Assert.False(SubjectSpread.Fits(new([-1, 5], [1, 5]), Kinds));
        Assert.False(SubjectSpread.Fits(new([0, 5], [1, 0]), Kinds));
        Assert.False(SubjectSpread.Fits(new([0, 5], [-1, 1]), Kinds));
        Assert.False(SubjectSpread.Fits(new([0, 5], [1]), Kinds));
        Assert.False(SubjectSpread.Fits(new([0], [1, 1]), Kinds));
    }

    // 80, 10, 10 of each even group and 20, 60, 20 of each odd one, so many times.
    private static SparseCounts Mixed(int times) => Counts(64, (kind, group) => times * ((int[][])[[80, 10, 10], [20, 60, 20]])[group % 2][kind]);

    // Sixteen heavy groups, of which each is mostly of one kind.
    private static SparseCounts Stage(int heavy, int part) =>
        Counts(64, (kind, group) => group >= 16 ? 10 : (kind == group % 3 ? part : (100 - part) / 2) * heavy / 100);

    // How often the subject of an answer came beside, on average: from the squares of the groups' sizes.
    private static double Repeats(SparseCounts counts)
    {
        var sizes = Sizes(counts);
        var mean = sizes.Average();
        return sizes.Sum(n => (n - mean) * (n - mean)) * 64 / 63 / sizes.Sum() - 1;
    }

    // A mix is as unsure as the number of groups in effect makes it.
    private static double Wider(SparseCounts counts) => GroupedMean.Widening(Math.Pow(Sizes(counts).Sum(), 2) / Sizes(counts).Sum(n => n * n));

    private static double[] Sizes(SparseCounts counts)
    {
        var sizes = new double[SubjectGroups.Count];
        foreach (var (bucket, count) in counts.Buckets.Zip(counts.Counts))
        {
            sizes[bucket % SubjectGroups.Count] += count;
        }

        return sizes;
    }

    private static SubjectSpread After(SparseCounts counts)
    {
        var spread = new SubjectSpread(Kinds);
        spread.Add(counts.Total(), counts);
        return spread;
    }

    private static SparseCounts Counts(int groups, Func<int, int, long> of)
    {
        var row = new long[Kinds * SubjectGroups.Count];
        for (var key = 0; key < row.Length; key++)
        {
            var (kind, group) = SubjectGroups.Parts(key);
            row[key] = group < groups ? of(kind, group) : 0;
        }

        return SparseCounts.Of(row);
    }
}
