using System.CommandLine;
using Haldane.Connect.Prometheus;
using Haldane.Core.Series;

namespace Haldane.Commands;

/// <summary>The options of <c>haldane judge series</c>, and the request that they ask for.</summary>
internal sealed class SeriesOptions
{
    private readonly Argument<string[]> _files = new("files") { Description = "CSV or JSON files; - is JSON or CSV from standard input.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _baseline = new("--baseline") { Description = "The baseline's column of a wide CSV file." };
    private readonly Option<string?> _canary = new("--canary") { Description = "The canary's column of a wide CSV file." };
    private readonly Option<long?> _seed = new("--seed") { Description = "Where chance starts; the same seed gives the same answer (1)." };
    private readonly Option<string> _format = new("--format") { Description = "table or json.", DefaultValueFactory = _ => "table" };
    private readonly Option<string?> _falseRollback = new("--false-rollback") { Description = "How often a fine canary may fail (1%)." };
    private readonly Option<string?> _falsePromotion = new("--false-promotion") { Description = "How often a bad canary may pass (5%)." };
    private readonly Option<string[]> _direction = new("--direction") { Description = "Which change is harm: increase, decrease or either, for all metrics or as NAME=increase; repeatable." };
    private readonly Option<string[]> _fine = new("--fine") { Description = "Up to here a shift is no harm: 5%, 0.5sd or a number in the metric's unit, for all or as NAME=5%." };
    private readonly Option<string[]> _bad = new("--bad") { Description = "From here a shift must not pass, in the same way." };
    private readonly Option<string?> _prometheus = new("--prometheus") { Description = $"Address of a Prometheus to ask; {PrometheusSource.TokenVariable} may hold its token." };
    private readonly Option<string?> _queryBaseline = new("--query-baseline") { Description = "PromQL of the baseline, giving one series." };
    private readonly Option<string?> _queryCanary = new("--query-canary") { Description = "PromQL of the canary, giving one series." };
    private readonly Option<string?> _from = new("--from") { Description = "Start of the window: a time, or seconds since 1970 (30 minutes before --to)." };
    private readonly Option<string?> _to = new("--to") { Description = "End of the window (now)." };
    private readonly Option<string?> _step = new("--step") { Description = "Between two points, e.g. 15s (15s)." };

    public void AddTo(Command command)
    {
        _format.AcceptOnlyFromAmong("table", "json");
        command.Add(_files);
        foreach (var option in new Option[]
        {
            _baseline, _canary, _seed, _format, _falseRollback, _falsePromotion, _direction, _fine, _bad, _prometheus, _queryBaseline, _queryCanary, _from, _to, _step,
        })
        {
            command.Add(option);
        }
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_format) == "json";

    /// <summary>Reads files, asks Prometheus, applies the options; null when there is a mistake.</summary>
    public async Task<SeriesRequest?> ReadAsync(ParseResult parsed, SeriesBuilder into, DateTimeOffset now, CancellationToken cancel)
    {
        var asked = SeriesJsonReader.Asked.Nothing;
        foreach (var file in parsed.GetValue(_files)!)
        {
            if (await SeriesFiles.ReadAsync(file, into, cancel) is not { } text)
            {
                continue;
            }

            if (SeriesFiles.LooksLikeJson(file, text))
            {
                asked = Together(asked, SeriesFiles.ReadJson(file, text, into));
            }
            else
            {
                SeriesCsvReader.Read(text, file, parsed.GetValue(_baseline), parsed.GetValue(_canary), into);
            }
        }

        await AskAsync(parsed, asked, into, now, cancel);
        ApplyHints(parsed, into);
        return into.Build(
            Read<double>(parsed, _falseRollback, "a chance such as 1%", SeriesTexts.TryRate, into) ?? asked.FalseRollback,
            Read<double>(parsed, _falsePromotion, "a chance such as 5%", SeriesTexts.TryRate, into) ?? asked.FalsePromotion,
            parsed.GetValue(_seed) ?? asked.Seed);
    }

    private async Task AskAsync(ParseResult parsed, SeriesJsonReader.Asked asked, SeriesBuilder into, DateTimeOffset now, CancellationToken cancel)
    {
        var queries = asked.Queries.ToList();
        var (baseline, canary) = (parsed.GetValue(_queryBaseline), parsed.GetValue(_queryCanary));
        if (baseline is not null && canary is not null)
        {
            queries.Add(new("--query", "query", baseline, canary, new()));
        }
        else if ((baseline ?? canary) is not null)
        {
            into.Mistake($"{(baseline is null ? _queryBaseline : _queryCanary).Name} is missing; each arm needs its query");
        }

        var window = asked.Window with
        {
            From = Read<DateTimeOffset>(parsed, _from, SeriesTexts.WantedTime, SeriesTexts.TryMoment, into) ?? asked.Window.From,
            To = Read<DateTimeOffset>(parsed, _to, SeriesTexts.WantedTime, SeriesTexts.TryMoment, into) ?? asked.Window.To,
            Step = Read<TimeSpan>(parsed, _step, SeriesTexts.WantedDuration, SeriesTexts.TryDuration, into) ?? asked.Window.Step,
        };
        if (queries.Count == 0)
        {
            return;
        }

        if (parsed.GetValue(_prometheus) is not { } address)
        {
            into.Mistake($"{queries[0].Place}: is a query, and no {_prometheus.Name} says whom to ask");
        }
        else if (window.At(now, into) is { } range && into.Mistakes.Count == 0)
        {
            try
            {
                using var source = PrometheusSource.OrNull(address);
                await SeriesQueries.AskAsync(queries, range, source!, into, cancel);
            }
            catch (FormatException e)
            {
                into.Mistake($"{_prometheus.Name}: {e.Message}");
            }
        }
    }

    // "5%" is for all metrics, "NAME=5%" for one; the last that fits counts.
    private void ApplyHints(ParseResult parsed, SeriesBuilder into)
    {
        Apply<HarmDirection>(parsed, _direction, "increase, decrease or either", SeriesTexts.TryDirection, (h, v) => h with { Direction = v }, into);
        Apply<SeriesMargin>(parsed, _fine, SeriesMargin.Wanted, SeriesMargin.TryParse, (h, v) => h with { Fine = v }, into);
        Apply<SeriesMargin>(parsed, _bad, SeriesMargin.Wanted, SeriesMargin.TryParse, (h, v) => h with { Bad = v }, into);
    }

    private static void Apply<T>(
        ParseResult parsed, Option<string[]> option, string wanted, SeriesTexts.Parser<T> parse, Func<MetricHints, T, MetricHints> change, SeriesBuilder into)
    {
        foreach (var text in parsed.GetValue(option) ?? [])
        {
            var equals = text.LastIndexOf('=');
            var (name, value) = equals < 0 ? (null, text) : (text[..equals], text[(equals + 1)..]);
            if (!parse(value, out var given))
            {
                into.Mistake($"{option.Name} {SeriesTexts.Clip(text)}: wanted is {wanted}, alone or after NAME=");
            }
            else if (name is not null && !into.Names.Contains(name, StringComparer.Ordinal))
            {
                into.Mistake($"{option.Name} {SeriesTexts.Clip(text)}: there is no metric {SeriesTexts.Clip(name)}; there are {SeriesTexts.Clip(string.Join(", ", into.Names))}");
            }
            else
            {
                foreach (var metric in name is null ? into.Names : [name])
                {
                    into.Hint(metric, hints => change(hints, given));
                }
            }
        }
    }

    private static T? Read<T>(ParseResult parsed, Option<string?> option, string wanted, SeriesTexts.Parser<T> parse, SeriesBuilder into)
        where T : struct
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        if (parse(text, out var value))
        {
            return value;
        }

        into.Mistake($"{option.Name} is {SeriesTexts.Clip(text)}; wanted is {wanted}");
        return null;
    }

    private static SeriesJsonReader.Asked Together(SeriesJsonReader.Asked first, SeriesJsonReader.Asked next) => new(
        next.FalseRollback ?? first.FalseRollback,
        next.FalsePromotion ?? first.FalsePromotion,
        next.Seed ?? first.Seed,
        new() { From = next.Window.From ?? first.Window.From, To = next.Window.To ?? first.Window.To, Length = next.Window.Length ?? first.Window.Length, Step = next.Window.Step ?? first.Window.Step },
        [.. first.Queries, .. next.Queries]);
}
