using System.Security.Cryptography;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Export;

namespace Haldane.Core.Tests.Ledger;

public sealed class ExportCheckTests
{
    private static readonly LedgerKey Key = LedgerKey.Of(Enumerable.Repeat((byte)1, 32).ToArray()), Other = LedgerKey.Of(new byte[32]);

    [Fact]
    public void A_whole_export_is_whole()
    {
        var check = Check(Lines());

        Assert.Empty(check.Problems);
        Assert.Equal((6, new SignedHeads(2, 6, Key.Fingerprint)), (check.Records, check.Heads));
    }

    [Fact]
    public void An_export_of_an_empty_ledger_is_whole() =>
        Assert.True(Check([ExportLine.First(null).ToString(), ExportLine.Last(0, 0).ToString()]).IsWhole);

    [Fact]
    public void Bodies_come_back_letter_by_letter()
    {
        const string Body = "{\"why\":\"\\u00e9 é π 🐤 \\\" \\\\ \u2028 \\n <b>\"} ";

        var line = ExportLine.Of(new LedgerRecord(1, Body, "aa", "bb")).ToString();

        Assert.Equal(Body, ExportLine.Parse(line).Entry);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u2028', line); // what some readers take for the end of a line
    }

    // Line 1 is the beginning, 2 to 7 are records, 8 and 9 heads, 10 the key, 11 the end.
    [Theory]
    [InlineData(4, "reason 3", "reason 9", "record 3: was altered")]
    [InlineData(4, "\"number\":3", "\"number\":4", "record 3: stands under the number 4")]
    [InlineData(4, "\"kind\":\"record\"", "\"kind\":\"note\"", "line 4: is of no known kind, or lacks something: 'note'")]
    [InlineData(4, "\"previous\"", "\"before\"", "line 4: cannot be read")]
    [InlineData(4, "\"entry\"", "\"pem\"", "line 4: is of no known kind, or lacks something: 'record'")]
    [InlineData(4, "{", "", "line 4: cannot be read")]
    [InlineData(1, "\"version\":1", "\"version\":2", "line 1: is not the beginning of an export of version 1")]
    [InlineData(9, "\"signature\":\"", "\"signature\":\"00", "signed head of record 6: its signature does not fit")]
    [InlineData(9, "\"number\":6", "\"number\":7", "signed head of record 7: its signature does not fit")]
    [InlineData(10, "\"fingerprint\":\"", "\"fingerprint\":\"0", "line 10: is no public key with its fingerprint")]
    [InlineData(11, "\"records\":6", "\"records\":7", "line 11: ends 7 records and 2 signed heads, of which 6 and 2 are here")]
    public void A_change_is_named(int line, string from, string to, string problem)
    {
        var lines = Lines();
        Assert.Contains(from, lines[line - 1], StringComparison.Ordinal);
        lines[line - 1] = lines[line - 1].Replace(from, to, StringComparison.Ordinal);

        var problems = Check(lines).Problems;

        Assert.Contains(problems, p => p.StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "line 1: is not the beginning")]
    [InlineData(3, "record 2: is missing")]
    [InlineData(7, "record 6: is missing: the ledger ended there when its head was signed at 2026-03-04T12:00:00.000Z")]
    [InlineData(10, "signed head of record 1: the key to check it with is missing")]
    [InlineData(11, "end: the last line is missing, the export was cut off")]
    public void A_line_that_is_missing_is_missed(int line, string problem)
    {
        var lines = Lines();
        lines.RemoveAt(line - 1);

        Assert.Contains(Check(lines).Problems, p => p.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_after_the_end_is_named() => Assert.Equal(["line 12: stands after the end", "line 12: is a second key"], Check([.. Lines(), Lines()[9]]).Problems);

    [Fact]
    public void A_ledger_that_was_rewritten_with_all_its_hashes_is_found_out_by_its_heads()
    {
        var (honest, forged) = (Lines(), Lines(reason: "another reason"));

        List<string> mixed = [.. forged.Take(7), .. honest.Skip(7)];

        Assert.Equal(
            ["record 1: is not the one whose hash was signed at 2026-03-04T12:00:00.000Z: it, or one before it, was replaced", "record 6: is not the one whose hash was signed at 2026-03-04T12:00:00.000Z: it, or one before it, was replaced"],
            Check(mixed).Problems);
    }

    [Fact]
    public void An_export_that_was_signed_anew_is_found_out_by_the_key_that_was_kept()
    {
        var forged = Lines(reason: "another reason", key: Other);

        Assert.True(Check(forged).IsWhole);
        Assert.True(Check(Lines(), Key).IsWhole);
        Assert.StartsWith($"key: the ledger's own key is {Other.Fingerprint}", Check(forged, Key).Problems[0], StringComparison.Ordinal);
        Assert.Contains(Check([.. forged.Take(7), ExportLine.Last(6, 0).ToString()], Key).Problems, p => p.StartsWith("signed heads: there is none", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_one_rollout_each_record_is_checked_by_itself()
    {
        var all = Lines();
        List<string> odd = [ExportLine.First("odd").ToString(), all[1], all[3], all[5], all[7], all[9], ExportLine.Last(3, 1).ToString()];

        Assert.Equal((3, 1, 0), (Check(odd).Records, Check(odd).Heads.Count, Check(odd).Problems.Count));
        Assert.True(Check(odd, Key).IsWhole);
        Assert.Contains("record 3: was altered: body, previous and hash do not belong together", Check([.. odd.Select(l => l.Replace("reason 3", "reason 9", StringComparison.Ordinal))]).Problems);
        Assert.Equal(["record 2: is of the rollout 'even'; the export is of 'odd' alone"], Check([odd[0], all[1], all[2], .. odd[2..4], odd[4], odd[5], ExportLine.Last(4, 1).ToString()]).Problems);
        Assert.Equal("record 3: stands after record 5", Check([odd[0], odd[1], odd[3], odd[2], .. odd[4..]]).Problems[0]);
    }

    [Fact]
    public void Where_signatures_cannot_be_checked_it_is_said_once()
    {
        var check = new ExportCheck(null, (_, _, _) => throw new SigningUnavailableException("no OpenSSL here"));
        foreach (var line in Lines())
        {
            check.Add(line);
        }

        Assert.Equal(["signed head of record 1: neither it nor any other can be checked: no OpenSSL here"], check.End().Problems);
    }

    private static LedgerCheck Check(IEnumerable<string> lines, LedgerKey? kept = null)
    {
        var check = new ExportCheck(kept, (key, message, signature) => Sign(key, message).AsSpan().SequenceEqual(signature));
        foreach (var line in lines)
        {
            check.Add(line);
        }

        return check.End();
    }

    private static List<string> Lines(string reason = "reason", LedgerKey? key = null)
    {
        key ??= Key;
        List<LedgerRecord> records = [];
        for (var number = 1; number <= 6; number++)
        {
            records.Add(LedgerChain.Append(
                new()
                {
                    At = new(2026, 3, 4, 12, 0, number, TimeSpan.Zero),
                    Kind = "held",
                    Rollout = number % 2 == 0 ? "even" : "odd",
                    Run = 1,
                    Model = "fraud",
                    By = "judge",
                    Why = $"{reason} {number}: \"π\" <é> 🐤",
                    Stage = 0,
                    From = Share.None,
                    To = new(100),
                },
                number,
                number == 1 ? LedgerChain.Beginning : records[^1].Hash));
        }

        var heads = new[] { records[0], records[5] }
            .Select(r => new SignedHead(r.Number, r.Hash, "2026-03-04T12:00:00.000Z", key.Fingerprint, ""))
            .Select(h => h with { Signature = Convert.ToHexStringLower(Sign(key, h.Message())) });
        return
        [
            ExportLine.First(null).ToString(), .. records.Select(r => ExportLine.Of(r).ToString()), .. heads.Select(h => ExportLine.Of(h).ToString()),
            ExportLine.Of(key).ToString(), ExportLine.Last(6, 2).ToString(),
        ];
    }

    // Stands for a signature where only its place is tested; the Store's tests have real ones.
    private static byte[] Sign(LedgerKey key, ReadOnlySpan<byte> message) => SHA512.HashData([.. key.ToBytes(), .. message]);
}
