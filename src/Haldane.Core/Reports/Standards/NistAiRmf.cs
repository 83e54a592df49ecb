using static Haldane.Core.Reports.PackSections;
using static Haldane.Core.Reports.Standards.Coverage;

namespace Haldane.Core.Reports.Standards;

/// <summary>The AI risk management framework: the functions MAP and MEASURE.</summary>
internal static class NistAiRmf
{
    public static readonly Standard Table = new(
        "NIST AI RMF",
        "1.0 (NIST AI 100-1), functions MAP and MEASURE",
        "Subcategories are outcomes of an organisation. A rollout contributes to some of them; GOVERN and MANAGE are not mapped here.",
        [
            new("MAP 1.1", "Purpose and setting are documented", Part, "Purpose, owner, data, and who calls the model by which path.", "Users' expectations, laws, norms and assumptions.", [Change]),
            new("MAP 1.5", "Risk tolerance is documented", Covered, "For this change: the margin of each guard, and the chances of a wrong rollback and of a wrong promotion that were accepted.", "The organisation's tolerance from which they follow.", [Risk]),
            new("MAP 1.6", "Requirements are elicited", Part, "Requirements that became guards.", "How they were elicited, and those that did not become one.", [Risk]),
            new("MAP 2.3", "Scientific integrity of tests", Covered, "The design of the comparison: random, sticky assignment; a check that the split was as asked; what is counted; methods that may be looked at as often as one likes; verdicts that anybody can compute anew.", "Construct validity: whether a signal stands for what matters.", [Risk, Verdicts, Proof]),
            new("MAP 3.5", "Human oversight is defined", Part, "Who had to agree, who did, who stepped in, and that anyone may take a canary back.", "Training of those people, and how well they saw what they agreed to.", [People, Course]),
            new("MAP 4.2", "Controls for components", Part, "That a component changed under control: share, stages, guards, way back.", "Controls within third-party components.", [Course]),
            new("MAP 5.1", "Likelihood and size of impacts", Part, "The size of what happened: exchanges and subjects reached, harm with an interval.", "Impacts that were foreseen but not measured.", [PackSections.BlastRadius]),
            new("MEASURE 1.1", "Metrics for the mapped risks, and what is not measured", Part, "The signals with their lines, and what this pack does not show.", "Whether the most important risks were chosen.", [Risk, Limits]),
            new("MEASURE 1.2", "Fitness of metrics and controls", NotCovered, "Nothing.", "A review of the guards over many rollouts.", []),
            new("MEASURE 1.3", "Assessors who are independent", Part, "Whether somebody other than the starter agreed, where that was asked.", "Independence within the organisation, and outside assessors.", [People]),
            new("MEASURE 2.1", "Tests and tools are documented", Covered, "Signals, units, margins, methods and the version of the program.", "Test sets: none is used, live traffic is.", [Risk, Proof]),
            new("MEASURE 2.3", "Performance under conditions of use", Covered, "Performance of both versions on live traffic at the same time.", "Conditions that did not occur meanwhile.", [Verdicts, Course]),
            new("MEASURE 2.4", "Monitoring in production", Part, "Monitoring for as long as the rollout lasted.", "Monitoring before and after it.", [Course, Verdicts]),
            new("MEASURE 2.5", "Valid and reliable, with limits", Part, "Proof against the margins of the plan, and the limits of that proof.", "Validity beyond these callers and this time.", [Verdicts, Limits]),
            new("MEASURE 2.6", "Safety, and failing safely", Part, "How soon harm was proven and taken back, and what failed calls became.", "Safety of what the model says.", [Course, PackSections.BlastRadius]),
            new("MEASURE 2.7", "Security and resilience", Part, "Restarts, ejections and lost measurement, and a ledger that shows tampering.", "Attacks on the model.", [Verdicts, Proof]),
            new("MEASURE 2.8", "Transparency and accountability", Covered, "Who or what decided each step, why, and on which evidence.", "Accountability outside the rollout.", [Course, People, Proof]),
            new("MEASURE 2.9", "The model is explained", NotCovered, "Nothing: what was changed is named, not explained.", "All of it.", []),
            new("MEASURE 2.10", "Privacy", NotCovered, "Nothing, beside that the pack itself holds no request, answer or subject.", "The model's privacy risk.", []),
            new("MEASURE 2.11", "Fairness and bias", Part, "Guards by segment: groups in which harm was proven, or looks so.", "Groups that no segment tells apart, and differences that both versions have.", [Verdicts]),
            new("MEASURE 2.12", "Environmental impact", NotCovered, "Nothing.", "All of it.", []),
            new("MEASURE 2.13", "Fitness of the tests themselves", Part, "The promised error rates; the project publishes the simulations that hold them.", "A review by the organisation itself.", [Risk]),
            new("MEASURE 3.1", "Risks are tracked over time", Part, "One rollout's part of it. The ledger has all of them.", "Risks between rollouts.", [Course]),
            new("MEASURE 3.3", "Feedback of users", Part, "Labels and events that came back, where a guard uses them.", "Complaints and appeals.", [Verdicts]),
            new("MEASURE 4.3", "Improvement or decline is documented", Covered, "The difference between both versions, for each guard, with its interval.", "What those affected say of it.", [Verdicts]),
        ]);
}
