using Haldane.Samples.Payments;

namespace Haldane.Samples.Tests;

public sealed class FraudModelTests
{
    [Theory]
    [InlineData(ModelKind.Logistic)]
    [InlineData(ModelKind.Boosted)]
    public void A_seed_trains_the_same_model_every_time(ModelKind kind)
    {
        var again = FraudModels.Train(kind, seed: 1);

        Assert.All(Sample.Fresh.Take(500), one =>
            Assert.Equal(Sample.Of(kind).FraudProbability(one.Payment), again.FraudProbability(one.Payment)));
    }

    [Fact]
    public void Logistic_regression_is_right_on_about_87_percent()
    {
        var accuracy = Sample.Answers(ModelKind.Logistic).Accuracy();

        Assert.InRange(accuracy, 0.855, 0.885);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Boosted_trees_are_two_to_four_points_better_whatever_the_seed(int seed)
    {
        var logistic = ModelServer.Answers.Over(FraudModels.Train(ModelKind.Logistic, seed), [], seed);
        var boosted = ModelServer.Answers.Over(FraudModels.Train(ModelKind.Boosted, seed), [], seed);

        Assert.InRange(boosted.Accuracy() - logistic.Accuracy(), 0.02, 0.04);
    }

    [Theory]
    [InlineData(ModelKind.Logistic)]
    [InlineData(ModelKind.Boosted)]
    public void No_country_is_judged_much_better_or_worse_than_another(ModelKind kind)
    {
        var answers = Sample.Answers(kind);

        Assert.All(Enum.GetValues<Country>(), country => Assert.Equal(answers.Accuracy(), answers.Accuracy(country), 0.02));
    }

    [Theory]
    [InlineData(ModelKind.Logistic)]
    [InlineData(ModelKind.Boosted)]
    public void Asking_a_model_allocates_nothing(ModelKind kind)
    {
        var model = Sample.Of(kind);
        var payment = Sample.Fresh[0].Payment;
        var sum = model.FraudProbability(payment);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            sum += model.FraudProbability(payment);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(sum >= 0);
    }
}
