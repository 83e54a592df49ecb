using System.CommandLine;
using Haldane.Commands;
using Haldane.Screens;

Paper.Prepare();
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
