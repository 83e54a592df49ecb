namespace Haldane.Judge.Statistics;

/// <summary>Carries an e-process that starts anew in every stage over the whole rollout.</summary>
/// <remarks>
/// <para>With S stages, w = 1/S, M_0 = 0 and e the stage's e-value so far: E = (M + w) e + w (stages still to come); when the stage ends,
/// M becomes (M + w) e. E is the average, over the stage to start in, of the product of the e-values from there on, so harm that shows only late
/// costs ln S at most, not what quiet early stages lost.</para>
/// <para>Stages multiply where each has chances of its own. Where a stage's evidence comes from users who were there before, it is added instead, M + w e: the average of the
/// stages' e-values, which is one however they depend on each other.</para>
/// <para>A mixture of e-processes is one: Vovk and Wang, "E-values: calibration, combination and applications", Annals of Statistics 49 (2021).
/// Natural logarithms throughout. For one thread.</para>
/// </remarks>
internal sealed class StagedEvidence
{
    private readonly int _stages;
    private readonly double _logWeight;
    private double _logCarried = double.NegativeInfinity;
    private double _logStage;
    private bool _repeats;

    /// <summary>Nothing seen, in the first stage.</summary>
    public StagedEvidence(int stages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        _stages = stages;
        _logWeight = -Math.Log(stages);
    }

    /// <summary>The stage that evidence is taken in, from 0.</summary>
    public int Stage { get; private set; }

    /// <summary>Natural logarithm of the e-value of the whole rollout so far.</summary>
    public double LogE => LogEIf(_logStage);

    /// <summary>The same if the e-value of the current stage were another.</summary>
    public double LogEIf(double logStage)
    {
        var later = _stages - 1 - Stage;
        var begun = Joined(logStage);
        return later > 0 ? LogSpace.Add(begun, _logWeight + Math.Log(later)) : begun;
    }

    /// <summary>Says what the e-value of the current stage is by now.</summary>
    /// <param name="logE">Its natural logarithm.</param>
    /// <param name="repeats">Whether chance may have been the same in earlier stages.</param>
    public void Update(double logE, bool repeats = false) => (_logStage, _repeats) = (logE, repeats);

    /// <summary>Ends stages until the given one; a stage that was skipped counts as one without evidence.</summary>
    public void MoveTo(int stage)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stage, _stages);
        while (Stage < stage)
        {
            _logCarried = Joined(_logStage);
            (_logStage, _repeats) = (0, false);
            Stage++;
        }
    }

    private double Joined(double logStage) => _repeats ? LogSpace.Add(_logCarried, _logWeight + logStage) : LogSpace.Add(_logCarried, _logWeight) + logStage;
}
