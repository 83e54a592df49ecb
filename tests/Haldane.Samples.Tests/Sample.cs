using Haldane.Samples.ModelServer;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Tests;

/// <summary>Payments that no model was trained on, and how answers do on them.</summary>
internal static class Sample
{
    public static readonly PaymentCase[] Fresh = new PaymentProcess(new Random(4711)).Take(20_000);

    public static readonly IFraudModel Logistic = FraudModels.Train(ModelKind.Logistic, seed: 1);

    public static readonly IFraudModel Boosted = FraudModels.Train(ModelKind.Boosted, seed: 1);

    public static IFraudModel Of(ModelKind kind) => kind == ModelKind.Boosted ? Boosted : Logistic;

    public static Answers Answers(ModelKind kind, params Fault[] faults) => ModelServer.Answers.Over(Of(kind), faults, seed: 1);

    public static double Accuracy(this Answers answers, Country? only = null) =>
        Fresh.Where(one => only is null || one.Payment.Country == only).Average(one => answers.Of(one.Payment).IsFraud == one.IsFraud ? 1.0 : 0.0);

    public static double FraudShare(this Answers answers, Country? only = null) =>
        Fresh.Where(one => only is null || one.Payment.Country == only).Average(one => answers.Of(one.Payment).IsFraud ? 1.0 : 0.0);
}
