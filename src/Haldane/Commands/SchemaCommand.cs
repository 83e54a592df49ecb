using System.CommandLine;
using Haldane.Core.Specification;

namespace Haldane.Commands;

/// <summary><c>haldane schema</c></summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Prints the JSON schema of specifications, for editors.");
        command.SetAction(_ =>
        {
            System.Console.Write(SpecificationSchema.Generate());
            return ExitCode.Done;
        });
        return command;
    }
}
