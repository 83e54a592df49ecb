using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;

namespace Haldane.Core.Tests.Ledger;

public sealed class LedgerChainTests
{
    private static readonly LedgerEntry Entry = new()
    {
        At = new DateTimeOffset(2026, 3, 4, 12, 0, 0, 250, TimeSpan.FromHours(8)),
        Kind = "rolled-back",
        Rollout = "fraud-v2",
        Run = 3,
        Model = "fraud",
        By = "judge",
        Why = "p99 +40 ms: \"π\" <é> 🐤",
        Stage = 1,
        From = new(1_000),
        To = Share.None,
        Verdicts = [new() { Guard = "p99", Signal = "latency-p99", Kind = VerdictKind.Fail, Reason = "worse", Estimate = 1.0 / 3 }],
        EvidenceUpTo = 40,
        EvidenceDigest = "ab",
        Specification = JsonDocument.Parse("""{"name":"fraud-v2","n":1.50}""").RootElement,
    };

    [Fact]
    public void The_hash_is_what_the_remarks_say()
    {
        var previous = new string('a', 64);
        var text = "000000000000001f" + previous + "{\"π\":1}";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), LedgerChain.HashOf(31, previous, "{\"π\":1}"));
    }

    // Computed with sha256sum: changes of the chain would make every stored ledger look altered.
    [Fact]
    public void Hashes_are_pinned()
    {
        Assert.Equal("57a1b097e0c51488a69d3c054c7b8933f5048aafbed80c0fff5f4542c8070156", LedgerChain.HashOf(1, LedgerChain.Beginning, "{}"));
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", LedgerChain.Extend("", "{}"u8));
        Assert.Equal("e1f3840ae469cfea376aab63ef26e107091792dc5cfa1788a18522f2c5bffba5", LedgerChain.Extend("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "{}"u8));
    }

    [Fact]
    public void An_appended_record_carries_its_place()
    {
        var first = LedgerChain.Append(Entry, 1, LedgerChain.Beginning);
        var second = LedgerChain.Append(Entry, 2, first.Hash);

        Assert.Equal((1, LedgerChain.Beginning), (first.Number, first.Previous));
        Assert.Equal((2, first.Hash), (second.Number, second.Previous));
        Assert.Equal(first.Body, second.Body);
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal(LedgerChain.HashOf(2, first.Hash, second.Body), second.Hash);
    }

    [Fact]
    public void The_entry_comes_back_from_the_body_and_gives_the_same_body()
    {
        var record = LedgerChain.Append(Entry, 1, LedgerChain.Beginning);

        var read = record.Entry;

        Assert.Equal(Entry with { Specification = null }, read with { Specification = null });
        Assert.Equal(record.Body, LedgerChain.Append(read, 1, LedgerChain.Beginning).Body);
        Assert.Contains("\"specification\":{\"name\":\"fraud-v2\",\"n\":1.50}", record.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_is_part_of_the_hash()
    {
        LedgerEntry[] others =
        [
            Entry,
            Entry with { At = Entry.At.AddTicks(1) },
            Entry with { Kind = "held" },
            Entry with { Rollout = "x" },
            Entry with { Run = 4 },
            Entry with { Model = "x" },
            Entry with { By = "x" },
            Entry with { Why = "x" },
            Entry with { Stage = 2 },
            Entry with { From = new(1_001) },
            Entry with { To = new(1) },
            Entry with { Verdicts = [] },
            Entry with { EvidenceUpTo = 41 },
            Entry with { EvidenceDigest = "ac" },
            Entry with { Specification = null },
            Entry with { Setting = new("freeze", "x", null) },
            Entry with { ModelSpecification = JsonDocument.Parse("{}").RootElement },
            Entry with { About = new() { Owner = "payments-risk" } },
        ];

        var hashes = others.Select(e => LedgerChain.Append(e, 1, LedgerChain.Beginning).Hash).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(others.Length, hashes.Count);
        Assert.Equal(typeof(LedgerEntry).GetProperties().Count(p => p.CanWrite), others.Length - 1); // a new field belongs in this list
    }

    [Theory]
    [InlineData("override", "fraud-v2")]
    [InlineData("rollout", "fraud-v2")]
    [InlineData("freeze", null)]
    [InlineData("token", null)]
    [InlineData("model", null)]
    [InlineData("evidence", null)]
    [InlineData("alert", null)]
    public void What_was_set_for_one_rollout_is_filed_under_it(string kind, string? rollout)
    {
        Assert.Equal(rollout, (Entry with { Rollout = "", Setting = new(kind, "fraud-v2", null) }).FiledUnder);
    }

    [Fact]
    public void The_digest_depends_on_every_slice_and_their_order()
    {
        var ab = LedgerChain.Extend(LedgerChain.Extend("", "a"u8), "b"u8);
        var ba = LedgerChain.Extend(LedgerChain.Extend("", "b"u8), "a"u8);
        var joined = LedgerChain.Extend("", "ab"u8);

        Assert.Equal(3, new HashSet<string>(StringComparer.Ordinal) { ab, ba, joined }.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public void A_body_that_is_no_entry_is_a_JSON_error(string body) =>
        Assert.ThrowsAny<JsonException>(() => new LedgerRecord(1, body, LedgerChain.Beginning, "").Entry);
}
