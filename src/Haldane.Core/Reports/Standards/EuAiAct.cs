using static Haldane.Core.Reports.PackSections;
using static Haldane.Core.Reports.Standards.Coverage;

namespace Haldane.Core.Reports.Standards;

/// <summary>The AI Act of the European Union: logging, and what rests on it.</summary>
internal static class EuAiAct
{
    public static readonly Standard Table = new(
        "EU AI Act",
        "Regulation (EU) 2024/1689",
        "These duties are those of providers and deployers of high-risk systems. Whether a system is one is not said here.",
        [
            new("Art. 9(2), (5)", "Risk management over the life of a system", Part, "For one change: the residual risk that was accepted, measured, and acted on.", "The risk management system.", [Risk, Verdicts]),
            new("Art. 12(1)", "Events are recorded automatically", Part, "Every event of the rollout, recorded without anybody's doing.", "Events of the system outside rollouts, and of single requests.", [Course, Proof]),
            new("Art. 12(2)(a)", "Events that tell of a risk, or of a substantial modification", Covered, "That a version was changed, what was changed, and proof of harm where there was any.", "Whether the change is a substantial modification: a person's judgement.", [Change, Verdicts, Course]),
            new("Art. 12(2)(b)", "Events for post-market monitoring", Part, "Performance of both versions on live traffic, and harm.", "The time outside rollouts.", [Verdicts, PackSections.BlastRadius]),
            new("Art. 12(2)(c)", "Events for monitoring by deployers", Part, "The same, by segment.", "The time outside rollouts.", [Verdicts]),
            new("Art. 12(3)", "Least content of logs for remote biometric identification", NotCovered, "Nothing: uses and inputs are not recorded.", "All of it.", []),
            new("Art. 14(4)", "People can understand, and stop", Part, "Who watched, paused, agreed and took back; a rollback needs no reason, no second person and no free calendar.", "Oversight of the system's single outputs.", [People, Course]),
            new("Art. 15(1), (3)", "Accuracy and robustness, declared", Part, "Measured accuracy or error of both versions, where a guard measures it.", "The declaration in the instructions for use.", [Verdicts]),
            new("Art. 19(1)", "Providers keep logs, six months at least", Part, "Nothing in the ledger is ever deleted by Haldane; this pack and an export are copies.", "Keeping the store and its copies for that long.", [Proof]),
            new("Art. 26(2)", "Deployers assign oversight to people", Part, "Whom the plan asked to agree.", "Their competence, training and authority.", [People]),
            new("Art. 26(5)", "Deployers monitor, suspend and inform", Part, "Monitoring during the rollout, and the suspension of a version by rollback, with its time.", "Telling the provider and the authorities.", [Course, Verdicts]),
            new("Art. 26(6)", "Deployers keep logs, six months at least", Part, "As for Art. 19(1).", "Keeping the store and its copies for that long; logs of the system itself.", [Proof]),
            new("Art. 72(2)", "Post-market monitoring collects and analyses", Part, "Data of one rollout, analysed.", "A plan for monitoring, and data between rollouts.", [Verdicts, PackSections.BlastRadius]),
            new("Art. 73", "Serious incidents are reported", Part, "Facts and times of a rollback, for whoever reports.", "Whether it was a serious incident, and the report.", [Summary, PackSections.BlastRadius]),
        ]);
}
