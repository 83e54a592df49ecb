using System.CommandLine;

namespace Haldane.Commands;

/// <summary><c>haldane validate FILE|DIR...</c></summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Specification files, or directories that hold them.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("validate", "Checks specifications and reports every mistake at once.") { files };
        command.SetAction(async (parsed, cancel) =>
        {
            var set = await SpecificationFiles.ReadAsync(parsed.GetValue(files)!, System.Console.Error, cancel);
            if (set is null)
            {
                return ExitCode.CannotRun;
            }

            System.Console.WriteLine($"ok: {Count(set.Models.Count, "model")}, {Count(set.Rollouts.Count, "rollout")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
