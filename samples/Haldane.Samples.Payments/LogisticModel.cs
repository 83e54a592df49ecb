namespace Haldane.Samples.Payments;

/// <summary>A logistic regression on the standardised log-amount and one-hot country and device.</summary>
public sealed class LogisticModel : IFraudModel
{
    // Intercept, log-amount, SG, ID, web, terminal; the first country and device are the reference.
    private const int Width = 6;

    // Newton's method doubles the correct digits each time; the loop ends by itself after about eight rounds.
    private const int MaximumRounds = 25;
    private const double SmallStep = 1e-9;

    private readonly double _mean;
    private readonly double _deviation;
    private readonly double[] _weights = new double[Width];

    private LogisticModel(double mean, double deviation) => (_mean, _deviation) = (mean, deviation);

    /// <summary>Fits by maximum likelihood with Newton's method (iteratively reweighted least squares).</summary>
    public static LogisticModel Train(ReadOnlySpan<PaymentCase> cases)
    {
        var (mean, deviation) = LogAmountMoments(cases);
        var model = new LogisticModel(mean, deviation);
        for (var round = 0; round < MaximumRounds && model.Step(cases) > SmallStep; round++)
        {
        }

        return model;
    }

    /// <inheritdoc/>
    public double FraudProbability(in Payment payment)
    {
        Span<double> row = stackalloc double[Width];
        Fill(row, payment);
        return Logistic.Of(Dot(row));
    }

    private static (double Mean, double Deviation) LogAmountMoments(ReadOnlySpan<PaymentCase> cases)
    {
        double sum = 0, squares = 0;
        foreach (ref readonly var one in cases)
        {
            var log = Math.Log(one.Payment.Amount);
            sum += log;
            squares += log * log;
        }

        var mean = sum / cases.Length;
        return (mean, Math.Sqrt(squares / cases.Length - mean * mean));
    }

    private void Fill(Span<double> row, in Payment payment)
    {
        row.Clear();
        row[0] = 1.0;
        row[1] = (Math.Log(payment.Amount) - _mean) / _deviation;
        row[2] = payment.Country == Country.Singapore ? 1.0 : 0.0;
        row[3] = payment.Country == Country.Indonesia ? 1.0 : 0.0;
        row[4] = payment.Device == Device.Web ? 1.0 : 0.0;
        row[5] = payment.Device == Device.Terminal ? 1.0 : 0.0;
    }

    private double Dot(ReadOnlySpan<double> row)
    {
        var sum = 0.0;
        for (var i = 0; i < Width; i++)
        {
            sum += row[i] * _weights[i];
        }

        return sum;
    }

    /// <summary>One Newton step; returns the largest change of a weight.</summary>
    private double Step(ReadOnlySpan<PaymentCase> cases)
    {
        var curvature = new double[Width, Width + 1]; // the last column is the gradient: one system to solve
        Span<double> row = stackalloc double[Width];
        foreach (ref readonly var one in cases)
        {
            Fill(row, one.Payment);
            var p = Logistic.Of(Dot(row));
            var weight = p * (1.0 - p);
            for (var i = 0; i < Width; i++)
            {
                curvature[i, Width] += row[i] * ((one.IsFraud ? 1.0 : 0.0) - p);
                for (var j = 0; j < Width; j++)
                {
                    curvature[i, j] += weight * row[i] * row[j];
                }
            }
        }

        Solve(curvature);
        var largest = 0.0;
        for (var i = 0; i < Width; i++)
        {
            _weights[i] += curvature[i, Width];
            largest = Math.Max(largest, Math.Abs(curvature[i, Width]));
        }

        return largest;
    }

    // Gauss-Jordan without pivoting: the matrix is symmetric and positive definite.
    private static void Solve(double[,] system)
    {
        for (var pivot = 0; pivot < Width; pivot++)
        {
            for (var column = Width; column >= pivot; column--)
            {
                system[pivot, column] /= system[pivot, pivot];
            }

            for (var other = 0; other < Width; other++)
            {
                var factor = system[other, pivot];
                for (var column = pivot; other != pivot && column <= Width; column++)
                {
                    system[other, column] -= factor * system[pivot, column];
                }
            }
        }
    }
}
