using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification.Changes;

namespace Haldane.Screens;

/// <summary>Writes what a change of the specification is and what comes of it.</summary>
internal static class ChangeScreen
{
    private const int Longest = 100;

    /// <summary>The documents that change, then what comes of it, then how it went. What is wrong goes to standard error.</summary>
    public static void Write(ApplyReport report, bool json)
    {
        if (json)
        {
            WriteJson(report);
            return;
        }

        foreach (var change in report.Changes)
        {
            System.Console.WriteLine(Head(change));
            if (change.Kind == DocumentChangeKind.Changed)
            {
                WriteFields(change);
            }
        }

        foreach (var effect in report.Effects)
        {
            System.Console.WriteLine($"{(effect.MovesTraffic ? "! " : "> ")}{effect.Message}");
        }

        WriteErrors(report);
        switch (report.Outcome)
        {
            case ChangeOutcome.Applied:
                System.Console.WriteLine($"in force: revision {report.Revision}");
                break;
            case ChangeOutcome.WouldApply:
                System.Console.WriteLine($"nothing was changed; revision {report.Revision} is in force");
                break;
            case ChangeOutcome.Unchanged:
                System.Console.WriteLine($"{report.Message}: revision {report.Revision}");
                break;
            case ChangeOutcome.MovesTraffic:
                System.Console.Error.WriteLine($"haldane: {report.Message}; say --move-traffic to agree");
                break;
            default:
                System.Console.Error.WriteLine($"haldane: {report.Message}");
                break;
        }
    }

    /// <summary>Every value that differs.</summary>
    public static void WriteDifferences(ApplyReport report, bool json)
    {
        if (json)
        {
            WriteJson(report);
            return;
        }

        foreach (var change in report.Changes)
        {
            System.Console.WriteLine(Head(change));
            WriteFields(change);
        }

        WriteErrors(report);
        if (report.Changes.Count == 0 && report.Outcome != ChangeOutcome.Unchanged)
        {
            System.Console.Error.WriteLine($"haldane: {report.Message}");
        }
    }

    private static void WriteJson(ApplyReport report) => System.Console.WriteLine(JsonSerializer.Serialize(report, CoreJson.Default.ApplyReport));

    private static void WriteErrors(ApplyReport report)
    {
        foreach (var error in report.Errors)
        {
            System.Console.Error.WriteLine(error);
        }
    }

    private static string Head(DocumentChange change) => change.Kind switch
    {
        DocumentChangeKind.Added => $"+ {change.Id}",
        DocumentChangeKind.Removed => $"- {change.Id}",
        _ => $"~ {change.Id}",
    };

    private static void WriteFields(DocumentChange change)
    {
        foreach (var field in change.Fields)
        {
            System.Console.WriteLine($"    {field.Path}: {(field.Before, field.After) switch
            {
                (null, { } after) => Short(after),
                ({ } before, null) => $"{Short(before)} -> (gone)",
                var (before, after) => $"{Short(before!)} -> {Short(after!)}",
            }}");
        }
    }

    // A prompt may be pages long; --json has all of it.
    private static string Short(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= Longest ? line : line[..(Longest - 1)] + "…";
    }
}
