using Haldane.Series;

// The table of bench/series/results.md. Arguments: the seed (2) and how many cases of each family, noise and length (3).
var seed = args.Length > 0 ? int.Parse(args[0]) : 2;
var each = args.Length > 1 ? int.Parse(args[1]) : 3;
Report.Write(seed, each, Console.Out, Console.Error);
