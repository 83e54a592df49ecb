using Haldane.Forecasts;

switch (args)
{
    case ["speed"]:
        Speed.Report(Console.Out);
        return 0;
    case ["forecast", .. var rest]:
        Accuracy.Report(Console.Out, rest.Length > 0 ? int.Parse(rest[0]) : 200);
        return 0;
    default:
        Console.Error.WriteLine("usage: Haldane.Forecasts speed | forecast [RUNS]");
        return 2;
}
