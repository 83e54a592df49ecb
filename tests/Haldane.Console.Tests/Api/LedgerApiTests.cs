using System.Net;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class LedgerApiTests : IAsyncLifetime
{
    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Theory]
    [InlineData("", "before - limit 50 rollout -")]
    [InlineData("?limit=1", "before - limit 1 rollout -")]
    [InlineData("?limit=500&before=8", "before 8 limit 500 rollout -")]
    [InlineData("?rollout=fraud%20v2", "before - limit 50 rollout fraud v2")]
    public async Task The_ledger_is_read_in_pages(string query, string asked)
    {
        var answer = await _admin.GetAsync("/api/v1/ledger" + query);

        Assert.Equal((HttpStatusCode.OK, asked), (answer.Status, _admin.Ledger.Asked));
        Assert.Equal(("aa", "bb", 7), (
            answer.Json[0].GetProperty("previous").GetString(), answer.Json[0].GetProperty("hash").GetString(), answer.Json[0].GetProperty("number").GetInt32()));
        answer.AssertSecured();
    }

    [Theory]
    [InlineData("?after=0", "after 0 limit 50 rollout -")]
    [InlineData("?after=7&limit=500&rollout=a", "after 7 limit 500 rollout a")]
    public async Task The_ledger_is_read_from_its_beginning_on(string query, string asked)
    {
        var answer = await _admin.GetAsync("/api/v1/ledger" + query);

        Assert.Equal((HttpStatusCode.OK, asked, 8), (answer.Status, _admin.Ledger.Asked, answer.Json[0].GetProperty("number").GetInt32()));
    }

    [Theory]
    [InlineData("", "heads after 0 limit 50")]
    [InlineData("?after=100&limit=500", "heads after 100 limit 500")]
    public async Task Signed_heads_are_read_in_pages(string query, string asked)
    {
        var answer = await _admin.GetAsync("/api/v1/ledger/heads" + query);

        Assert.Equal((HttpStatusCode.OK, asked), (answer.Status, _admin.Ledger.Asked));
        Assert.Equal("""[{"number":8,"hash":"cc","at":"2026-03-04T12:00:00.000Z","key":"f00","signature":"5169"}]""", answer.Text);
    }

    [Fact]
    public async Task The_public_key_is_shown_once_there_is_one()
    {
        var answer = await _admin.GetAsync("/api/v1/ledger/key");
        _admin.Ledger.Key = null;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(LedgerKey.Of(new byte[32]), LedgerKey.OfPem(answer.Json.GetProperty("pem").GetString()!));
        Assert.Equal(LedgerKey.Of(new byte[32]).Fingerprint, answer.Json.GetProperty("fingerprint").GetString());
        (await _admin.GetAsync("/api/v1/ledger/key")).AssertProblem(HttpStatusCode.NotFound, "there is no key yet");
    }

    [Theory]
    [InlineData("?limit=0", "limit is 0; wanted is 1 to 500")]
    [InlineData("?limit=501", "limit is 501; wanted is 1 to 500")]
    [InlineData("?limit=-1", "limit is -1; wanted is 1 to 500")]
    [InlineData("?limit=many", "limit is many; wanted is 1 to 500")]
    [InlineData("?limit=1&limit=2", "limit is 1,2; wanted is 1 to 500")]
    [InlineData("?before=last", "before is last; wanted is the number of a record")]
    [InlineData("?after=last", "after is last; wanted is the number of a record")]
    [InlineData("?after=1&before=3", "before and after: wanted is one of them")]
    [InlineData("/heads?limit=501", "limit is 501; wanted is 1 to 500")]
    [InlineData("/heads?after=x", "after is x; wanted is the number of a record")]
    [InlineData("/verify?key=00", "key is 00; wanted are the 32 bytes of a public key in hex")]
    [InlineData("?before=99999999999999999999", "before is 99999999999999999999; wanted is the number of a record")]
    public async Task A_page_that_makes_no_sense_is_refused(string query, string why)
    {
        (await _admin.GetAsync("/api/v1/ledger" + query)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Null(_admin.Ledger.Asked);
    }

    [Fact]
    public async Task The_ledger_can_be_checked()
    {
        _admin.Ledger.Check = new(10, ["record 3: its hash does not fit"]) { Heads = new(2, 9, "f00") };

        var answer = await _admin.GetAsync("/api/v1/ledger/verify");

        Assert.Equal((HttpStatusCode.OK, "verify with its own key"), (answer.Status, _admin.Ledger.Asked));
        Assert.Equal("""{"records":10,"problems":["record 3: its hash does not fit"],"heads":{"count":2,"last":9,"key":"f00"},"archived":0,"gone":0,"isWhole":false}""", answer.Text);
    }

    [Fact]
    public async Task The_ledger_can_be_checked_with_a_key_that_was_kept()
    {
        var key = new string('a', 64);

        Assert.Equal(HttpStatusCode.OK, (await _admin.GetAsync("/api/v1/ledger/verify?key=" + key)).Status);

        Assert.Equal($"verify with {key}", _admin.Ledger.Asked);
    }

    [Theory]
    [InlineData("/api/v1/ledger")]
    [InlineData("/api/v1/ledger?after=1")]
    [InlineData("/api/v1/ledger/heads")]
    [InlineData("/api/v1/ledger/key")]
    [InlineData("/api/v1/ledger/verify")]
    public async Task A_store_that_is_down_is_told(string path)
    {
        _admin.Ledger.Failure = new StoreUnavailableException("the disk is gone");

        (await _admin.GetAsync(path)).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is gone");
    }
}
