using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Every way to be broken, on either arm, for calls that may be repeated and calls that may not, small and streamed: what callers see and what is counted, kept as a table.</summary>
[Collection(Alone.Name)]
public sealed class ChaosTableTests
{
    private const string File = "../../../bench/gateway/chaos.md";
    private const int Leaves = 256 * 1024;

    private static readonly Case[] Cases =
    [
        .. from arm in (Arm[])[Arm.Canary, Arm.Baseline] from repeatable in (bool[])[true, false] from streams in (bool[])[false, true] select new Case(arm, repeatable, streams),
    ];

    [Fact]
    public async Task The_committed_table_is_what_callers_see()
    {
        var cells = new ConcurrentDictionary<(string, Case), string>();
        await Parallel.ForEachAsync(
            from evil in Evil.All from what in Cases select (evil, what),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (x, _) => cells[(x.evil.Name, x.what)] = await TryAsync(x.evil, x.what));

        var table = Table(cells);
        if (Environment.GetEnvironmentVariable("HALDANE_UPDATE_CHAOS") == "1")
        {
            await System.IO.File.WriteAllTextAsync(Path(), table, TestContext.Current.CancellationToken);
        }

        // A canary's fault is seen by nobody whose call may be repeated, unless some of its answer was there already.
        Assert.Empty(cells.Where(c => c.Key.Item2 is { Arm: Arm.Canary, MayRepeat: true } && c.Value[0] is ('5' or 'n')).Select(c => $"{c.Key}: {c.Value}"));
        Assert.Equal(await System.IO.File.ReadAllTextAsync(Path(), TestContext.Current.CancellationToken), table);
    }

    private static async Task<string> TryAsync(Evil evil, Case what)
    {
        await using var broken = evil.Conduct is { } conduct ? Upstream.Start(conduct(what.Streams)) : Upstream.Refusing();
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        var (baseline, canary) = what.Arm == Arm.Canary ? (good, broken) : (broken, good);
        var patience = TimeSpan.FromSeconds(evil.Name.StartsWith("stalls", StringComparison.Ordinal) ? 1 : 30);
        await using var rig = await Rig.StartAsync(
            baseline, canary, what.Arm, spec => spec with { Timeout = patience, Protocol = what.MayRepeat ? Protocol.OpenInference : Protocol.Http });
        await using var caller = await rig.ConnectAsync();
        if (evil.Name.StartsWith("closes an idle", StringComparison.Ordinal))
        {
            await WarmAsync(rig, caller, what.Arm);
        }

        var answer = await AskAsync(caller, broken, what.Streams);
        var observed = await rig.EndAsync();

        var mine = observed.Of(what.Arm).Cells[SegmentCells.Everyone];
        var other = observed.Of(what.Arm == Arm.Canary ? Arm.Baseline : Arm.Canary).Cells[SegmentCells.Everyone];
        return $"{Seen(answer)} {Counted(mine)}{(other.Exchanges == 0 ? "" : $", the other arm {Counted(other)}")}";
    }

    // Leaves a connection to the version that has served.
    private static async Task WarmAsync(Rig rig, Caller caller, Arm arm)
    {
        await caller.SendAsync(Rig.Head(0));
        while (rig.Router.Collect(Rig.Run)!.Of(arm).Cells[SegmentCells.Everyone].Exchanges == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static string Counted(CellEvidence cell) => (cell.Exchanges, cell.Errors) switch
    {
        (0, 0) => "–",
        (1, 0) => "A",
        (1, 1) => "F",
        var (exchanges, errors) => $"{exchanges} with {errors} failures",
    };

    // Null when the caller had enough.
    private static async Task<Answer?> AskAsync(Caller caller, Upstream broken, bool streams)
    {
        var read = 0;
        caller.Reader.OnBody = length =>
        {
            broken.Proceed.TrySetResult();
            if ((read += length) > Leaves)
            {
                caller.Reset();
                throw new IOException("the caller has had enough");
            }
        };
        var writing = WriteAsync(caller, streams);
        try
        {
            return await caller.Reader.AnswerAsync();
        }
        catch (IOException) when (read > Leaves)
        {
            return null;
        }
        finally
        {
            await writing;
        }
    }

    private static async Task WriteAsync(Caller caller, bool streams)
    {
        const int Chunks = 40, Chunk = 0x1000;
        try
        {
            if (!streams)
            {
                await caller.WriteAsync($"{Rig.Head(12)}{{\"n\":123456}}");
                return;
            }

            await caller.WriteAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < Chunks; i++)
            {
                await caller.WriteAsync($"{Chunk:x}\r\n{new string('x', Chunk)}\r\n");
            }

            await caller.WriteAsync("0\r\n\r\n");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The gateway has answered, and takes no more.
        }
    }

    private static string Seen(Answer? answer) => answer switch
    {
        null => "endless",
        { Whole: false, Body: [] } => "nothing",
        { Whole: false } => "cut",
        { Status: 200, Text: Conducts.Legit } => "stand-in",
        { Status: 502 or 504 } => $"{answer.Status}",
        _ => "own",
    };

    private static string Table(IReadOnlyDictionary<(string, Case), string> cells)
    {
        var text = new StringBuilder("""
            # What callers see of a broken version

            Made by a test on every run of the tests, which fails when it differs from this file: `HALDANE_UPDATE_CHAOS=1 ./test --filter "FullyQualifiedName~ChaosTableTests"` writes it anew. Each cell is a gateway, two
            versions of which one is broken, and one call on bare sockets.

            What the caller saw: **own**, the broken version's answer, whole; **stand-in**, the baseline's answer in the canary's place; **cut**, an answer that has begun and breaks off, so that nobody takes it for whole;
            **502** or **504**, the gateway's own; **endless**, an answer that goes on until the caller leaves. What was counted for the broken arm: **A** an answer, **F** a failure, **–** nothing. The other arm was
            never charged.

            A call that *may not be repeated* is a POST of a model with `protocol: http` and `failover: auto`. *Small*: request and answer have a known length. *Streamed*: both come in chunks, the request of 160 KiB.

            | the version | canary, may be repeated: small | streamed | canary, may not: small | streamed | baseline, may: small | streamed | baseline, may not: small | streamed |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var evil in Evil.All)
        {
            text.Append("| ").Append(evil.Name).Append(" | ").AppendJoin(" | ", Cases.Select(c => cells[(evil.Name, c)])).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Path([CallerFilePath] string here = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, File);

    private sealed record Case(Arm Arm, bool MayRepeat, bool Streams);
}
