using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>What the server says about a payment: the model's prediction after the faults of the server. Immutable.</summary>
internal sealed class Answers
{
    // A server that takes dollars for cents sees a hundred times the amount.
    private const double CentsPerDollar = 100.0;

    private readonly IFraudModel _model;
    private readonly double _amountFactor;
    private readonly Flip[] _flips;

    private Answers(IFraudModel model, double amountFactor, Flip[] flips) =>
        (_model, _amountFactor, _flips) = (model, amountFactor, flips);

    /// <summary>Puts the faults that change answers on top of a model; each flip is calibrated on what comes before it.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="faults">All faults of the server; those that do not change answers are passed over.</param>
    /// <param name="seed">Decides which payments are flipped.</param>
    /// <exception cref="InvalidOperationException">A fault asks for more than can be taken away while the class mix stays.</exception>
    public static Answers Over(IFraudModel model, IReadOnlyList<Fault> faults, int seed)
    {
        var misread = faults.OfType<Fault.MisreadAmount>().Any();
        var answers = new Answers(model, misread ? CentsPerDollar : 1.0, []);
        foreach (var fault in faults)
        {
            // A salt per flip: two flips must not pick the same payments.
            var salt = Scramble.Of((ulong)seed) + (ulong)answers._flips.Length;
            answers = fault switch
            {
                Fault.Wrong wrong => answers.With(Flip.LosingPoints(wrong.Points, Calibration.Of(answers, seed, only: null), salt)),
                Fault.WrongIn(var country) => answers.With(Flip.Inverting(country, Calibration.Of(answers, seed, country), salt)),
                _ => answers,
            };
        }

        return answers;
    }

    /// <summary>The answer for one payment; the same payment always gets the same one.</summary>
    public Prediction Of(in Payment payment)
    {
        var prediction = Prediction.From(_model.FraudProbability(payment with { Amount = payment.Amount * _amountFactor }));
        foreach (ref readonly var flip in _flips.AsSpan())
        {
            if (flip.Hits(payment, prediction.IsFraud))
            {
                // The confidence stays: a model that is wrong does not know it.
                prediction = prediction with { IsFraud = !prediction.IsFraud };
            }
        }

        return prediction;
    }

    private Answers With(Flip flip) => new(_model, _amountFactor, [.. _flips, flip]);
}

/// <summary>How answers relate to the truth on payments that nobody trained on.</summary>
/// <param name="FraudShare">Share of "fraud" among the answers.</param>
/// <param name="RightIfFraud">Share of right ones among the answers "fraud".</param>
/// <param name="RightIfLegit">Share of right ones among the answers "legit".</param>
internal readonly record struct Calibration(double FraudShare, double RightIfFraud, double RightIfLegit)
{
    // The share of right answers is then known to about 0.002; 50 ms of start-up time, only for servers that flip.
    private const int Payments = 50_000;

    /// <summary>Measures on fresh payments, of one country or of all.</summary>
    public static Calibration Of(Answers answers, int seed, Country? only)
    {
        var process = new PaymentProcess(new Random(~seed)); // not the payments of the training
        double fraud = 0, legit = 0, rightFraud = 0, rightLegit = 0;
        for (var i = 0; i < Payments; i++)
        {
            var one = process.Next();
            if (only is { } country && one.Payment.Country != country)
            {
                continue;
            }

            var answer = answers.Of(one.Payment);
            var right = answer.IsFraud == one.IsFraud ? 1 : 0;
            (fraud, rightFraud) = answer.IsFraud ? (fraud + 1, rightFraud + right) : (fraud, rightFraud);
            (legit, rightLegit) = answer.IsFraud ? (legit, rightLegit) : (legit + 1, rightLegit + right);
        }

        return new(fraud / (fraud + legit), rightFraud / Math.Max(fraud, 1), rightLegit / Math.Max(legit, 1));
    }
}

/// <summary>Turns some answers around: a share of the "fraud" ones and a share of the "legit" ones, picked by the payment's hash.</summary>
internal readonly record struct Flip(Country? Only, double ShareOfFraud, double ShareOfLegit, ulong Salt)
{
    /// <summary>Lowers the accuracy by <paramref name="points"/> and keeps the class mix.</summary>
    /// <remarks>
    /// Flipping a share m of all payments each way keeps the mix. A flip of a right answer loses it and a flip of a wrong one
    /// wins it, so with a and b the shares of right answers among "fraud" and "legit" the loss is m(2a - 1) + m(2b - 1);
    /// hence m = points / (2 (a + b - 1)).
    /// </remarks>
    public static Flip LosingPoints(double points, Calibration seen, ulong salt)
    {
        var each = points / (2.0 * (seen.RightIfFraud + seen.RightIfLegit - 1.0));
        var most = Math.Min(seen.FraudShare, 1.0 - seen.FraudShare);
        if (!(each >= 0.0 && each <= most))
        {
            throw new InvalidOperationException(
                $"wrong:{points} would flip {each:P1} of all answers each way, but only {most:P1} can be while the class mix stays; ask for less");
        }

        return new(Only: null, each / seen.FraudShare, each / (1.0 - seen.FraudShare), salt);
    }

    /// <summary>Flips every answer of the rarer class in a country, and as many of the other one.</summary>
    public static Flip Inverting(Country country, Calibration seen, ulong salt)
    {
        var each = Math.Min(seen.FraudShare, 1.0 - seen.FraudShare);
        return new(country, each / seen.FraudShare, each / (1.0 - seen.FraudShare), salt);
    }

    /// <summary>Whether this answer is turned around.</summary>
    public bool Hits(in Payment payment, bool isFraud) =>
        (Only is not { } country || country == payment.Country)
        && Scramble.Unit(payment, Salt) < (isFraud ? ShareOfFraud : ShareOfLegit);
}
