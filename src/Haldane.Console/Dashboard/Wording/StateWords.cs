using Haldane.Core.Judging;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Dashboard.Wording;

/// <summary>Says how things stand, in few words. Pure.</summary>
public static class StateWords
{
    /// <summary>Why a rollout does not move on.</summary>
    public static string Of(HoldReason hold) => hold switch
    {
        HoldReason.Baking => "baking, as planned",
        HoldReason.NoData => "no evidence flows",
        HoldReason.Broken => "the measurement cannot be trusted",
        HoldReason.Undecided => "a required guard has not passed yet",
        HoldReason.Anomaly => "something changed suddenly inside the canary",
        HoldReason.Ejected => "the baseline serves the canary's callers",
        HoldReason.Paused => "paused",
        HoldReason.TooFew => "the canary has not served enough yet",
        HoldReason.Overstayed => "over its time: a person is asked",
        HoldReason.Approval => "waits for people to agree",
        HoldReason.Frozen => "frozen",
        HoldReason.Alert => "an alert of another system stands",
        _ => hold.ToString(),
    };

    /// <summary>Whether a hold is for a person to end or to look into.</summary>
    public static bool NeedsPerson(HoldReason hold) => hold is HoldReason.Approval or HoldReason.Overstayed or HoldReason.Broken or HoldReason.Anomaly or HoldReason.Ejected or HoldReason.Alert;

    /// <summary>The verdict that matters most: proven harm, then doubt, then what is open, then what has passed.</summary>
    public static Verdict? Worst(IEnumerable<Verdict> verdicts) => verdicts.MinBy(v => (Rank(v.Kind), -v.FailEvidence / Math.Max(v.FailAt, 1e-9)));

    private static int Rank(VerdictKind kind) => kind switch
    {
        VerdictKind.Fail => 0,
        VerdictKind.Broken => 1,
        VerdictKind.Undecided => 2,
        VerdictKind.NoData => 3,
        _ => 4,
    };
}
