namespace Haldane.Judge.Statistics;

/// <summary>The signed root of the binomial deviance: how many standard deviations a part of all lies above its expected value.</summary>
/// <remarks>
/// r = sign(a - p) sqrt(2 n D(a, p)), D(a, p) = a ln(a / p) + (1 - a) ln((1 - a) / (1 - p)). Close to standard normal also far out and for rare events, where
/// (a - p) / sqrt(p (1 - p) / n) is not (McCullagh and Nelder, "Generalized Linear Models" (1989), section 2.4 and appendix C). Here per observation, i.e. for n = 1.
/// </remarks>
internal static class BinomialRoot
{
    private const int MostSteps = 100;
    private const double Tolerance = 1e-12;

    /// <summary>r at n = 1.</summary>
    /// <param name="part">a, in [0, 1].</param>
    /// <param name="expected">p, in (0, 1).</param>
    public static double Of(double part, double expected) => Math.CopySign(Math.Sqrt(2 * Math.Max(0, Divergence(part, expected))), part - expected);

    /// <summary>The part with a given root; 0 or 1 where even those are nearer.</summary>
    /// <param name="root">r at n = 1, any number.</param>
    /// <param name="expected">p, in (0, 1).</param>
    public static double PartAt(double root, double expected)
    {
        double asked = root * root / 2, end = root < 0 ? 0 : 1;
        if (root == 0 || Divergence(end, expected) <= asked)
        {
            return root == 0 ? expected : end;
        }

        // Convex, with the difference of the logits as its slope: Newton's method, between bounds that only draw closer.
        double inner = expected, outer = end, next = expected + root * Math.Sqrt(expected * (1 - expected)), part;
        var steps = 0;
        do
        {
            part = next > Math.Min(inner, outer) && next < Math.Max(inner, outer) ? next : (inner + outer) / 2;
            var over = Divergence(part, expected) - asked;
            (inner, outer) = over < 0 ? (part, outer) : (inner, part);
            next = part - over / (Math.Log(part / expected) - Math.Log((1 - part) / (1 - expected)));
        }
        while (Math.Abs(next - part) > Tolerance && ++steps < MostSteps);

        return part;
    }

    private static double Divergence(double part, double expected) => Term(part, expected) + Term(1 - part, 1 - expected);

    private static double Term(double part, double expected) => part == 0 ? 0 : part * Math.Log(part / expected);
}
