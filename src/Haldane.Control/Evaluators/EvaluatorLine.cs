using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Evaluators;

/// <summary>What is known of one evaluator while we run: what it did, and whether it is asked. Any thread.</summary>
internal sealed class EvaluatorLine(TimeProvider time)
{
    /// <summary>Questions under way at once; what comes meanwhile is not asked, whichever arm it is of.</summary>
    public const int MostUnderWay = 16;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1), LongestRest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private EvaluatorCounts _baseline = new(0, 0, 0, 0, 0, 0, 0), _canary = new(0, 0, 0, 0, 0, 0, 0);
    private int _underWay;
    private int _failures; // in a row
    private DateTimeOffset _restsUntil;
    private string? _fault;

    /// <summary>As people see it.</summary>
    public EvaluatorView View(string model, EvaluatorSpec spec, SampleLoss? loss)
    {
        lock (_gate)
        {
            return new(model, spec.Name, spec.Values, _baseline, _canary, _fault, _restsUntil > time.GetUtcNow() ? _restsUntil : null) { Unfit = loss?.Unfit ?? 0, Full = loss?.Full ?? 0 };
        }
    }

    /// <summary>Whether it may be asked now; who is not asked is counted.</summary>
    public bool TryBegin(Arm arm)
    {
        lock (_gate)
        {
            if (_underWay < MostUnderWay && _restsUntil <= time.GetUtcNow())
            {
                _underWay++;
                return true;
            }
        }

        Count(arm, static c => c with { Skipped = c.Skipped + 1 });
        return false;
    }

    /// <summary>It was asked.</summary>
    /// <returns>Whether this is news: it began to fail, or ended to.</returns>
    public bool End(Arm arm, Evaluation evaluation)
    {
        lock (_gate)
        {
            _underWay--;
            var before = _fault;
            _fault = evaluation.Kind == EvaluationKind.Scored ? null : evaluation.Fault;

            // Only who is not well himself is left alone for a while: a question that he does not like says nothing of the next one.
            _failures = evaluation.Kind == EvaluationKind.Failed ? _failures + 1 : 0;
            _restsUntil = _failures == 0 ? default : time.GetUtcNow() + Rest(_failures);
            Count(arm, evaluation.Kind switch
            {
                EvaluationKind.Scored => static c => c with { Scored = c.Scored + 1 },
                EvaluationKind.Refused => static c => c with { Refused = c.Refused + 1 },
                EvaluationKind.Invalid => static c => c with { Invalid = c.Invalid + 1 },
                _ => static c => c with { Failed = c.Failed + 1 },
            });
            return before is null != _fault is null;
        }
    }

    /// <summary>It need not be asked: what it would say is known. That says nothing of how it does now.</summary>
    public void EndKnown(Arm arm)
    {
        lock (_gate)
        {
            _underWay--;
            Count(arm, static c => c with { Scored = c.Scored + 1, Known = c.Known + 1 });
        }
    }

    /// <summary>It was given up, because we stop.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _underWay--;
        }
    }

    /// <summary>Counts something of an arm.</summary>
    public void Count(Arm arm, Func<EvaluatorCounts, EvaluatorCounts> more)
    {
        lock (_gate)
        {
            (_baseline, _canary) = arm == Arm.Canary ? (_baseline, more(_canary)) : (more(_baseline), _canary);
        }
    }

    private static TimeSpan Rest(int failures) => failures > 6 ? LongestRest : FirstRest * Math.Pow(2, failures - 1);
}
