using System.CommandLine;
using Haldane.Commands;
using Haldane.Screens;

Paper.Prepare();
var root = new RootCommand("Haldane takes a new AI model, prompt or configuration into production, canary first.")
{
    RunCommand.Create(),
    ValidateCommand.Create(),
    SimulateCommand.Create(),
    CalibrateCommand.Create(),
    SchemaCommand.Create(),
    DemoCommand.Create(),
    RolloutCommands.Create(),
    AlertCommands.Create(),
    FreezeCommands.Create(),
    GaugeCommands.Create(),
    EvaluatorCommand.Create(),
    ProcessCommand.Create(),
    WebhookCommands.Create(),
    TokenCommands.Create(),
    LedgerCommands.Create(),
    ReportCommand.Create(),
    InventoryCommand.Create(),
    JudgeCommand.Create(),
    CompletionCommand.Create(),
};
ApplyCommands.Create().ToList().ForEach(root.Add);
try
{
    // Long enough for requests under way, the last evidence and the demo's report; the default of two seconds is not.
    return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30), EnableDefaultExceptionHandler = false });
}
catch (Exception e) // the last resort: a bug of ours is one line at the terminal, and all of it where somebody asks for it
{
    await System.Console.Error.WriteLineAsync($"haldane: this should not have happened: {e.GetType().Name}: {e.Message}");
    if (Environment.GetEnvironmentVariable("HALDANE_TRACE") == "1")
    {
        await System.Console.Error.WriteLineAsync(e.ToString());
    }

    return ExitCode.CannotRun;
}
