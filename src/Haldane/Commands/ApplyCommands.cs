using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Haldane.Client;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;
using Haldane.Screens;

namespace Haldane.Commands;

/// <summary><c>haldane apply|plan|diff|delete|get</c>: the specification of a server that runs</summary>
internal static class ApplyCommands
{
    public static IEnumerable<Command> Create() => [Apply(), Plan(), Diff(), Delete(), Get()];

    private static Command Apply()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Changes nothing, and says what it would do: haldane plan." };
        return Change("apply", "Puts the documents of files in force on a running server, all or none; what they do not name stays as it is.", dry, (report, json) =>
        {
            ChangeScreen.Write(report, json);
            return report.Outcome is ChangeOutcome.Applied or ChangeOutcome.WouldApply or ChangeOutcome.Unchanged ? ExitCode.Done : Refused(report);
        });
    }

    private static Command Plan() => Change("plan", "Says what apply would do: which documents change, and what comes of it. Exit code 1: it would be refused.", null, (report, json) =>
    {
        ChangeScreen.Write(report, json);
        return report.Outcome is ChangeOutcome.WouldApply or ChangeOutcome.Unchanged ? ExitCode.Done : Refused(report);
    });

    private static Command Diff() => Change("diff", "Tells files and what is in force apart, value by value. Exit code 1: they differ.", null, (report, json) =>
    {
        ChangeScreen.WriteDifferences(report, json);
        return report.Outcome == ChangeOutcome.Unchanged ? ExitCode.Done : report.Changes.Count > 0 ? ExitCode.No : Refused(report);
    });

    private static Command Delete()
    {
        var (kind, name) = (Kind(ArgumentArity.ExactlyOne), new Argument<string>("name") { Description = "Its name." });
        var (move, by, why) = (MoveTraffic(), Options.By(), Options.Why(isRequired: false));
        return Options.ForServer(new("delete", "Removes a document from what is in force.") { kind, name, move, by, why }, async (client, parsed, cancel) =>
        {
            var body = AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why));
            body["remove"] = new JsonArray(new JsonObject { ["kind"] = parsed.GetValue(kind), ["name"] = parsed.GetValue(name) });
            body["moveTraffic"] = parsed.GetValue(move);
            var report = await client.ChangeAsync(body, null, cancel);
            ChangeScreen.Write(report, json: false);
            return report.Outcome == ChangeOutcome.Applied ? ExitCode.Done : Refused(report);
        });
    }

    private static Command Get()
    {
        var (kind, name) = (Kind(ArgumentArity.ZeroOrOne), new Argument<string?>("name") { Description = "Its name. Without it, all are listed.", Arity = ArgumentArity.ZeroOrOne });
        var all = new Option<bool>("--all") { Description = "Prints everything that is in force, as one file of documents." };
        return Options.ForServer(new("get", "Lists the documents in force, or prints one as it was written.") { kind, name, all }, async (client, parsed, cancel) =>
        {
            var (wantedKind, wantedName) = (DocumentId.KindNamed(parsed.GetValue(kind)), parsed.GetValue(name));
            if (wantedName is not null)
            {
                System.Console.Write(await TextAsync(client, wantedKind!, wantedName, cancel));
                return ExitCode.Done;
            }

            var listed = JsonNode.Parse(await client.TextAsync("/api/v1/specification", cancel))!;
            var documents = listed["documents"]!.AsArray().Select(d => (Kind: (string)d!["kind"]!, Name: (string)d["name"]!)).Where(d => wantedKind is null || d.Kind == wantedKind).ToList();
            if (!parsed.GetValue(all))
            {
                documents.ForEach(d => System.Console.WriteLine($"{d.Kind.ToLowerInvariant()} {d.Name}"));
                return ExitCode.Done;
            }

            foreach (var document in documents)
            {
                System.Console.Write($"---\n{await TextAsync(client, document.Kind, document.Name, cancel)}");
            }

            return ExitCode.Done;
        });
    }

    private static Command Change(string name, string about, Option<bool>? dryRun, Func<ApplyReport, bool, int> show)
    {
        var files = new Argument<string[]>("files") { Description = "Specification files, or directories that hold them.", Arity = ArgumentArity.OneOrMore };
        var prune = new Option<bool>("--prune") { Description = "Documents that no file names are removed." };
        var revision = new Option<string?>("--if-revision") { Description = "Only if this revision is still in force; apply, plan and get say which is." };
        var (move, by, why, json) = (MoveTraffic(), Options.By(), Options.Why(isRequired: false), Options.Json());
        var command = new Command(name, about) { files, prune, json };
        if (dryRun is not null)
        {
            new List<Option> { dryRun, by, why }.ForEach(command.Add);
        }

        if (name != "diff")
        {
            command.Add(move);
            command.Add(revision);
        }

        return Options.ForServer(command, async (client, parsed, cancel) =>
        {
            if (await SpecificationFiles.LoadAsync(parsed.GetValue(files)!, System.Console.Error, cancel) is not { } sources || !await AreTextAsync(sources))
            {
                return ExitCode.CannotRun;
            }

            var body = AdminClient.Body(dryRun is null ? null : parsed.GetValue(by), dryRun is null ? null : parsed.GetValue(why));
            body["files"] = new JsonArray([.. sources.Select(s => new JsonObject { ["name"] = s.Name, ["text"] = Encoding.UTF8.GetString(s.Content.Span) })]);
            body["prune"] = parsed.GetValue(prune);
            body["moveTraffic"] = name == "diff" || parsed.GetValue(move);
            body["dryRun"] = dryRun is null || parsed.GetValue(dryRun);
            return show(await client.ChangeAsync(body, name == "diff" ? null : parsed.GetValue(revision), cancel), parsed.GetValue(json));
        });
    }

    // Bytes that are no text would be sent as others: they are said to be wrong here, where they are.
    private static async Task<bool> AreTextAsync(IReadOnlyList<SpecificationSource> sources)
    {
        var errors = sources.Select(DocumentTexts.Split).SelectMany(s => s.Errors).ToList();
        foreach (var error in errors)
        {
            await System.Console.Error.WriteLineAsync(error.ToString());
        }

        return errors.Count == 0;
    }

    private static int Refused(ApplyReport report) => report.Outcome == ChangeOutcome.Invalid ? ExitCode.CannotRun : ExitCode.No;

    private static Task<string> TextAsync(AdminClient client, string kind, string name, CancellationToken cancel) =>
        client.TextAsync($"/api/v1/specification/{kind.ToLowerInvariant()}/{Uri.EscapeDataString(name)}", cancel);

    private static Argument<string> Kind(ArgumentArity arity)
    {
        var kind = new Argument<string>("kind") { Description = "model, rollout, policy or webhook.", Arity = arity };
        kind.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } given && DocumentId.KindNamed(given) is null)
            {
                r.AddError($"{given}: wanted is {string.Join(", ", DocumentId.Kinds).ToLowerInvariant()}");
            }
        });
        return kind;
    }

    private static Option<bool> MoveTraffic() => new("--move-traffic") { Description = "Also where that takes a running canary back, or has another version serve, or none." };
}
