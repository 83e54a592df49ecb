using static Haldane.Core.Reports.PackSections;
using static Haldane.Core.Reports.Standards.Coverage;

namespace Haldane.Core.Reports.Standards;

/// <summary>The management system for AI: controls of its Annex A.</summary>
internal static class IsoIec42001
{
    public static readonly Standard Table = new(
        "ISO/IEC 42001",
        "2023, Annex A",
        "An organisation chooses its controls in a statement of applicability; this says which records a rollout leaves for each.",
        [
            new("A.3.2", "Roles and responsibilities", Part,
                "Who started, approved, paused, overrode and took back, by name; the owner of the model, where the inventory has one.",
                "How roles are assigned in the organisation, and whether who acted was competent.", [People, Change]),
            new("A.4.2", "Documentation of resources", Part,
                "Versions, their addresses and what of a request is changed for each. The inventory lists all models.",
                "Tooling, computing and human resources.", [Change]),
            new("A.4.3", "Data resources", Part,
                "What the inventory says of the model's data, in one line.",
                "Any description of the data itself.", [Change]),
            new("A.5.2", "Process of impact assessment", Part,
                "The risk class, and what followed from it: a model of high risk takes a second person.",
                "The assessment from which that class comes.", [Change, People]),
            new("A.5.3", "Documentation of impact assessments", NotCovered,
                "Nothing but the risk class.",
                "The assessment; refer to it in the model's purpose, so that it is found from here.", []),
            new("A.5.4", "Impact on individuals and groups", Part,
                "How many were reached and how many are thought to have been harmed, and guards held by segment.",
                "Impact that no signal measures, and what it meant to those who were harmed.", [PackSections.BlastRadius, Verdicts]),
            new("A.5.5", "Impact on society", NotCovered, "Nothing.", "All of it.", []),
            new("A.6.2.2", "Requirements and specification", Part,
                "The guards with their margins: requirements that are measured.",
                "All requirements that are no guard.", [Risk]),
            new("A.6.2.4", "Verification and validation", Covered,
                "For this change: criteria fixed before the start, a stated chance of error, the comparison with the version before on live traffic, and the verdicts with their numbers.",
                "Tests before the rollout.", [Risk, Verdicts, Proof]),
            new("A.6.2.5", "Deployment", Covered,
                "The plan with its stages, what had to be met to leave each, what was met, when and by whose decision, and the way back.",
                "Requirements for deployment outside the plan.", [Course, Risk]),
            new("A.6.2.6", "Operation and monitoring", Part,
                "Monitoring of both versions for as long as the rollout lasted, where it was blind, and what was done about harm.",
                "Monitoring outside rollouts, support, repairs and updates of the rest.", [Verdicts, Course]),
            new("A.6.2.7", "Technical documentation", Part,
                "What was changed, in a form that can be handed on.",
                "The system's technical documentation.", [Change]),
            new("A.6.2.8", "Event logs", Covered,
                "Every decision of the rollout with time, author, reason and evidence, chained by hashes and signed.",
                "Events of single requests, and of the system outside rollouts.", [Course, Proof]),
            new("A.8.4", "Communication of incidents", Part,
                "The facts of a rollback, as an incident report needs them; webhooks tell others of it at once.",
                "Whether anyone who is affected was told.", [Summary, PackSections.BlastRadius]),
            new("A.9.4", "Intended use", Part,
                "The purpose that the inventory has.",
                "Whether the system was used for it.", [Change]),
        ]);
}
