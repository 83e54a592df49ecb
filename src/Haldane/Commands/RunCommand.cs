using System.CommandLine;
using Haldane.Connect.Prometheus;
using Haldane.Console;
using Haldane.Control.Specifications;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway;
using Haldane.Hosting;

namespace Haldane.Commands;

/// <summary><c>haldane run FILE|DIR...</c></summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Specification files, or directories that hold them. Without any, what the store has is served.", Arity = ArgumentArity.ZeroOrMore };
        var prune = new Option<bool>("--prune") { Description = "What is not in the files is removed, also what `haldane apply` has brought." };
        var secrets = new Option<string?>("--secrets") { Description = "A folder: files in it may be named as secrets by what is applied." };
        var data = new Option<string[]>("--data")
        {
            Description = "Where callers connect: HOST:PORT, https://HOST:PORT with --tls-certificate, or h2c://HOST:PORT for HTTP/2 without TLS. May be given several times.",
            DefaultValueFactory = _ => ["127.0.0.1:8080"],
        };
        var admin = new Option<string>("--admin")
        {
            Description = $"Where people connect: page, API, metrics; HOST:PORT, or https://HOST:PORT with --tls-certificate. On any other address than loopback each call asks for a token: of `haldane tokens`, or of {AdminServer.TokenVariable}.",
            DefaultValueFactory = _ => "127.0.0.1:8081",
        };
        var store = new Option<string>("--store") { Description = "The file that keeps ledger and evidence.", DefaultValueFactory = _ => "haldane.db" };
        var archive = new Option<string?>("--archive") { Description = "A folder that the evidence of runs is moved to when they have been over for --archive-after. Default: it stays in the store." };
        var archiveAfter = Options.Duration("--archive-after", "How long a run must have been over before its evidence is moved to --archive. Default: 90d.", "90d", TimeSpan.FromDays(3_650));
        var commands = new Option<bool>("--run-commands") { Description = "Versions may have processes of their own (runtime). Whoever may write the specification, admins by `haldane apply` among them, can then run programs as Haldane's user." };
        var cgroup = new Option<string?>("--cgroup") { Description = "A folder of cgroup v2 that Haldane may write, under which cpu and memory of these processes are limited." };
        var prometheus = new Option<string?>("--prometheus")
        {
            Description = $"Address of the Prometheus that /api/v1/judge may ask; {PrometheusSource.TokenVariable} may hold its token.",
        };
        var usual = new GatewayLimits();
        var callers = Options.Whole("--most-callers", "Connections of callers at once; who comes beyond them is answered with 503", 1, 1_000_000, usual.Callers);
        var perEndpoint = Options.Whole("--most-per-endpoint", "Exchanges under way at an endpoint; as many again wait", 1, 65_536, usual.PerEndpoint);
        var body = Options.Whole("--most-body-mib", "MiB of a request's body; a larger one is refused with 413", 1, 65_536, (int)(usual.Body >> 20));
        var access = new AccessOptions();
        var command = new Command("run", "Serves models and runs their rollouts: those of the files, and those that were applied since.") { files, prune, secrets, data, admin, store, archive, archiveAfter, commands, cgroup, prometheus, callers, perEndpoint, body };
        access.All.ToList().ForEach(command.Add);
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetValue(files)!,
            (sources, logging) =>
            {
                var tls = access.Tls(parsed, TimeProvider.System, logging.CreateLogger<TlsFiles>());
                return new(
                    sources,
                    [.. parsed.GetValue(data)!.Select(d => ListenAddress.Data(d, tls))],
                    ListenAddress.Admin(parsed.GetValue(admin)!, tls) with { Access = access.Rules(parsed) },
                    parsed.GetValue(store)!,
                    PrometheusSource.OrNull(parsed.GetValue(prometheus)))
                {
                    Prune = parsed.GetValue(prune),
                    SecretsFolder = parsed.GetValue(secrets),
                    RunCommands = parsed.GetValue(commands),
                    ControlGroup = parsed.GetValue(cgroup),
                    Archive = LedgerSource.ArchiveAt(parsed.GetValue(archive)),
                    ArchiveAfter = parsed.GetValue(archiveAfter) ?? TimeSpan.FromDays(90),
                    Limits = new() { Callers = parsed.GetValue(callers), PerEndpoint = parsed.GetValue(perEndpoint), Body = (long)parsed.GetValue(body) << 20 },
                };
            },
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, Func<IReadOnlyList<SpecificationSource>?, ILoggerFactory, HostOptions> read, CancellationToken cancel)
    {
        if (await SpecificationFiles.LoadAsync(files, System.Console.Error, cancel) is not { } sources)
        {
            return ExitCode.CannotRun;
        }

        using var logging = Logs.ToStandardError(LogLevel.Information);
        try
        {
            var options = read(files.Length == 0 ? null : sources, logging);
            var store = options.Store;
            var known = File.Exists(store);
            if (!known && await SpecificationFiles.CheckAsync(sources, System.Console.Error) is null)
            {
                return ExitCode.CannotRun; // a mistake must not leave a store behind
            }

            await using var host = await HaldaneHost.StartAsync(options, TimeProvider.System, logging, cancel);
            Announce(host, $"{Path.GetFullPath(store)} ({(known ? "goes on where it stood" : "new")})");
            try
            {
                await host.Completion.WaitAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                System.Console.Error.WriteLine("stopping: requests under way are finished first");
            }

            return ExitCode.Done;
        }
        catch (SpecificationException e)
        {
            System.Console.Error.WriteLine($"{e.Message}{Environment.NewLine}haldane: what is in force was applied, or read from files before: --prune removes what is not in the files");
            return ExitCode.CannotRun;
        }
        catch (Exception e) when (e is StoreUnavailableException or IOException or FormatException or ArgumentException or System.Net.Sockets.SocketException)
        {
            System.Console.Error.WriteLine($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
    }

    private static void Announce(HaldaneHost host, string store)
    {
        foreach (var model in host.Room.Models)
        {
            System.Console.WriteLine($"model {model.Name}: {model.Route}, served by {model.Serving}");
        }

        System.Console.WriteLine($"data  {string.Join(", ", host.DataAddresses)}");
        System.Console.WriteLine($"admin {host.AdminAddress}  (dashboard, API, /metrics)");
        System.Console.WriteLine($"store {store}");
        foreach (var kept in host.KeptAsApplied)
        {
            System.Console.WriteLine($"{kept}: as it was applied, which is newer than the file; apply the file to take it");
        }

        if (host.SigningFault is { } fault)
        {
            System.Console.Error.WriteLine($"haldane: the ledger's heads are not signed: {fault}");
        }
    }
}
