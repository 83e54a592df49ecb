using Haldane.Characteristics;
using Haldane.Characteristics.Cells;
using Haldane.Characteristics.Peers;
using Haldane.Characteristics.Report;

var (options, mistakes) = Options.Read(args);
if (mistakes.Count > 0)
{
    mistakes.ForEach(Console.Error.WriteLine);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

Directory.CreateDirectory(options.Folder);
var progress = Progress.ToStandardError();
if (options.Asks("errors"))
{
    CellsReport.WriteErrors(options, progress);
}

if (options.Asks("latencies"))
{
    CellsReport.WriteLatencies(options, progress);
}

if (options.Asks("peers"))
{
    PeersReport.Write(options, progress);
}

if (options.Asks("rules"))
{
    RulesReport.Write(options, progress);
}

return 0;
