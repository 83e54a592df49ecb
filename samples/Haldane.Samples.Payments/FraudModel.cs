namespace Haldane.Samples.Payments;

/// <summary>A trained classifier. Immutable, so any thread may ask it; asking allocates nothing.</summary>
public interface IFraudModel
{
    /// <summary>The chance of fraud, in the model's opinion.</summary>
    double FraudProbability(in Payment payment);
}

/// <summary>What a model says about one payment.</summary>
/// <param name="IsFraud">The class given.</param>
/// <param name="Confidence">The probability that the model gives to that class.</param>
public readonly record struct Prediction(bool IsFraud, double Confidence)
{
    /// <summary>The more likely class of the two.</summary>
    public static Prediction From(double fraudProbability) =>
        fraudProbability >= 0.5 ? new(IsFraud: true, fraudProbability) : new(IsFraud: false, 1.0 - fraudProbability);
}

/// <summary>How to ask for a model by name.</summary>
public enum ModelKind
{
    Logistic,
    Boosted,
}

/// <summary>Trains a model from the seeded process.</summary>
public static class FraudModels
{
    /// <summary>Enough that the boosted trees find every plateau; both models together train in a fraction of a second.</summary>
    public const int TrainingPayments = 20_000;

    /// <summary>The model of this kind that this seed gives; always the same one.</summary>
    public static IFraudModel Train(ModelKind kind, int seed)
    {
        var cases = new PaymentProcess(new Random(seed)).Take(TrainingPayments);
        return kind == ModelKind.Boosted ? BoostedModel.Train(cases) : LogisticModel.Train(cases);
    }
}
