using FsCheck;
using FsCheck.Fluent;
using Haldane.Core.Assignment;

namespace Haldane.Core.Tests.Assignment;

public sealed class AssignerTests
{
    private const int Subjects = 100_000;

    // Computed apart from this code, with OpenSSL's SipHash under SHA-256 of the names. If one of these changes, running rollouts move their subjects.
    [Theory]
    [InlineData("fraud", "fraud-v2", "user-1", 6064583678693126283UL, 6283UL, 4139750312u)]
    [InlineData("fraud", "fraud-v2", "user-2", 17268773534634620741UL, 741UL, 1988143768u)]
    [InlineData("fraud", "fraud-v3", "user-1", 1622928940863858808UL, 8808UL, 3192108173u)]
    [InlineData("support-bot", "fraud-v2", "user-1", 7943395874451662664UL, 2664UL, 3601807323u)]
    [InlineData("fraud", "fraud-v2", "", 11732481331551849681UL, 9681UL, 519914335u)]
    [InlineData("fraud", "fraud-v2", "Zoë 🐤", 2999471991497125223UL, 5223UL, 2472920822u)]
    public void Assignments_are_pinned(string model, string rollout, string subject, ulong hash, ulong bucket, uint identity)
    {
        var actual = new Assigner(model, rollout).HashOf(subject);

        Assert.Equal((hash, bucket, identity), (actual, Assigner.BucketOf(actual), Assigner.IdentityOf(actual)));
    }

    [Fact]
    public void A_subject_longer_than_the_stack_buffer_is_hashed_alike()
    {
        Assert.Equal(14196879629458158661UL, new Assigner("fraud", "fraud-v2").HashOf(new string('x', 300)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    [InlineData(9_999)]
    [InlineData(10_000)]
    public void The_split_is_the_share(int basisPoints)
    {
        foreach (var subjectOf in new Func<int, string>[] { i => $"user-{i}", i => i.ToString(), i => new Guid(i, 0, 0, new byte[8]).ToString() })
        {
            var assigner = new Assigner("fraud", "fraud-v2");
            var share = new Share(basisPoints);

            var canary = Enumerable.Range(0, Subjects).Count(i => assigner.ArmOf(subjectOf(i), share) == Arm.Canary);

            // 4.5 standard deviations of the binomial: wrong once in 150,000 draws, and the draw is fixed.
            var expected = Subjects * share.Fraction;
            var deviation = Math.Sqrt(expected * (1 - share.Fraction));
            Assert.InRange(canary, expected - (4.5 * deviation), expected + (4.5 * deviation));
        }
    }

    [Fact]
    public void A_growing_share_moves_nobody_back()
    {
        var assigner = new Assigner("fraud", "fraud-v2");

        Prop.ForAll<NonNull<string>, int, int>((subject, a, b) =>
        {
            var small = new Share(Math.Abs(a % (Share.Whole + 1)));
            var large = new Share(Math.Min(Share.Whole, small.BasisPoints + Math.Abs(b % Share.Whole)));
            return assigner.ArmOf(subject.Get, small) == Arm.Baseline || assigner.ArmOf(subject.Get, large) == Arm.Canary;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));
    }

    [Fact]
    public void Every_subject_changes_its_arm_exactly_once_on_the_way_to_everyone()
    {
        for (var i = 0; i < 200; i++)
        {
            var hash = new Assigner("m", "r").HashOf($"subject {i}");

            var firstCanary = Enumerable.Range(0, Share.Whole + 1).First(points => Assigner.ArmOf(hash, new(points)) == Arm.Canary);

            Assert.Equal(Assigner.BucketOf(hash) + 1, (ulong)firstCanary);
            Assert.All(Enumerable.Range(firstCanary, Share.Whole + 1 - firstCanary), points => Assert.Equal(Arm.Canary, Assigner.ArmOf(hash, new(points))));
        }
    }

    [Fact]
    public void Two_rollouts_do_not_pick_the_same_subjects()
    {
        var (one, two) = (new Assigner("fraud", "a"), new Assigner("fraud", "b"));
        var tenth = new Share(1_000);

        var both = Enumerable.Range(0, Subjects).Count(i => one.ArmOf($"u{i}", tenth) == Arm.Canary && two.ArmOf($"u{i}", tenth) == Arm.Canary);

        Assert.InRange(both, 1_000 - (4.5 * Math.Sqrt(990)), 1_000 + (4.5 * Math.Sqrt(990)));
    }

    [Theory]
    [InlineData(4)] // the top bits
    [InlineData(0)] // the low bits
    public void The_identity_says_nothing_about_the_bucket(int side)
    {
        const int Rows = 20, Columns = 16;
        var counts = new double[Rows, Columns];
        var assigner = new Assigner("fraud", "fraud-v2");
        for (var i = 0; i < Subjects; i++)
        {
            var hash = assigner.HashOf($"user-{i}");
            var identity = Assigner.IdentityOf(hash);
            counts[(int)(Assigner.BucketOf(hash) * Rows / Share.Whole), side == 0 ? identity % Columns : identity >> 28]++;
        }

        var expected = (double)Subjects / (Rows * Columns);
        var chiSquare = 0.0;
        foreach (var count in counts)
        {
            chiSquare += (count - expected) * (count - expected) / expected;
        }

        // 319 degrees of freedom (uniform and independent): mean 319, standard deviation sqrt(638) = 25.3; 4.5 of them.
        Assert.InRange(chiSquare, 319 - (4.5 * 25.3), 319 + (4.5 * 25.3));
    }

    [Fact]
    public void Buckets_are_uniform()
    {
        var counts = new int[100];
        var assigner = new Assigner("fraud", "fraud-v2");
        for (var i = 0; i < Subjects; i++)
        {
            counts[Assigner.BucketOf(assigner.HashOf($"{i:x16}")) / 100]++;
        }

        // 99 degrees of freedom: mean 99, standard deviation sqrt(198) = 14.1.
        var chiSquare = counts.Sum(c => (c - 1_000.0) * (c - 1_000.0) / 1_000.0);
        Assert.InRange(chiSquare, 99 - (4.5 * 14.1), 99 + (4.5 * 14.1));
    }

    [Fact]
    public void Assigning_allocates_nothing()
    {
        var assigner = new Assigner("fraud", "fraud-v2");
        var share = new Share(1_000);
        var subject = new string('x', 600); // longer than the stack buffer
        var arms = (int)assigner.ArmOf("0a1b2c3d-1111-2222-3333-444455556666", share) + (int)assigner.ArmOf(subject, share);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            arms += (int)assigner.ArmOf("0a1b2c3d-1111-2222-3333-444455556666", share) + (int)assigner.ArmOf(subject, share);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(arms, 0, 2_002);
    }
}
