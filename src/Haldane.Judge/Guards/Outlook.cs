using Haldane.Core.Judging;

namespace Haldane.Judge.Guards;

/// <summary>What the canary has served so far.</summary>
/// <param name="InStage">Exchanges in this stage.</param>
/// <param name="InAll">Exchanges in all stages.</param>
/// <param name="Baked">How long this stage has been under traffic.</param>
internal readonly record struct Progress(long InStage, long InAll, TimeSpan Baked);

/// <summary>Says what it takes until a guard is decided, if what was seen goes on.</summary>
/// <remarks>
/// Every method's evidence is known as if f times as much had come in the same proportions: log-likelihoods grow f-fold, standard errors shrink by the root of f. The smallest f at which a
/// line is crossed is the forecast. It is the mean path of what was seen, so it is as uncertain as the estimate is.
/// </remarks>
internal static class Outlook
{
    // Beyond this many times what was seen, nothing is said.
    private const double Farthest = 1e4;

    private const double Precision = 1.02;

    /// <summary>The forecast, or null when neither line comes into reach.</summary>
    public static Forecast? Of(Measurement measurement, Budget budget, Progress progress)
    {
        if (progress.InStage == 0 || !Reached(Farthest))
        {
            return null;
        }

        double low = 1, high = 2;
        while (high < Farthest && !Reached(high))
        {
            (low, high) = (high, 2 * high);
        }

        while (high / low > Precision)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = Reached(middle) ? (low, middle) : (middle, high);
        }

        var seen = measurement.StartsAnew ? progress.InStage : progress.InAll;
        var exchanges = (high - 1) * seen;
        var seconds = exchanges * progress.Baked.TotalSeconds / progress.InStage;
        return new(
            measurement.After(high).Fail >= budget.FailAt ? VerdictKind.Fail : VerdictKind.Pass,
            (long)Math.Ceiling(exchanges),
            seconds > 0 && seconds < TimeSpan.FromDays(3650).TotalSeconds ? TimeSpan.FromSeconds(Math.Ceiling(seconds)) : null);

        bool Reached(double factor) => measurement.After(factor) is var after && (after.Fail >= budget.FailAt || after.Pass >= budget.PassAt);
    }
}
