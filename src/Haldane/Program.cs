using System.CommandLine;
using Haldane.Commands;

var root = new RootCommand("Haldane takes a new AI model, prompt or configuration into production, canary first.")
{
    RunCommand.Create(),
    ValidateCommand.Create(),
    SchemaCommand.Create(),
    DemoCommand.Create(),
    RolloutCommands.Create(),
    LedgerCommands.Create(),
};
return await root.Parse(args).InvokeAsync();
