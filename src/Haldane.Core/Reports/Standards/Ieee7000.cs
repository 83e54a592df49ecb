using static Haldane.Core.Reports.PackSections;
using static Haldane.Core.Reports.Standards.Coverage;

namespace Haldane.Core.Reports.Standards;

/// <summary>The process for ethical concerns in system design: its chain from values to evidence.</summary>
internal static class Ieee7000
{
    public static readonly Standard Table = new(
        "IEEE 7000",
        "2021 (ISO/IEC/IEEE 24748-7000:2022)",
        "A process of design. Values, and requirements that follow from them, come from outside; a guard is where one of them becomes measurable, so name the guard after it.",
        [
            new("Clause 7", "Concept of operations and its context", Part, "Purpose, owner, callers' path, and who is told apart by segments.", "Stakeholders, and the context of use.", [Change]),
            new("Clause 8", "Eliciting values and ranking them", NotCovered, "Nothing.", "Values, their ranking, and who was asked.", []),
            new("Clause 9", "Requirements that follow from values", Part, "Guards: each a requirement with a measure and a line.", "The trace from a value to its guard: it is as good as the guard's name.", [Risk]),
            new("Clause 10", "Design by ethical risk", Part, "For each guard the risk that was accepted, the control (stages, way back, second person), and whether it held.", "Risks to values that no guard measures, and how designs were chosen.", [Risk, Verdicts, Course]),
            new("Clause 11", "Transparency", Part, "A record of what was changed, decided and found, in words, that can be shown to whom it concerns and checked by them.", "That it was shown to them.", [Summary, Course, Proof]),
        ]);
}
