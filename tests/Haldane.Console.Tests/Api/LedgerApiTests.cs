using System.Net;
using Haldane.Console.Tests.Fakes;
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
    [InlineData("?limit=0", "limit is 0; wanted is 1 to 500")]
    [InlineData("?limit=501", "limit is 501; wanted is 1 to 500")]
    [InlineData("?limit=-1", "limit is -1; wanted is 1 to 500")]
    [InlineData("?limit=many", "limit is many; wanted is 1 to 500")]
    [InlineData("?limit=1&limit=2", "limit is 1,2; wanted is 1 to 500")]
    [InlineData("?before=last", "before is last; wanted is the number of a record")]
    [InlineData("?before=99999999999999999999", "before is 99999999999999999999; wanted is the number of a record")]
    public async Task A_page_that_makes_no_sense_is_refused(string query, string why)
    {
        (await _admin.GetAsync("/api/v1/ledger" + query)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Null(_admin.Ledger.Asked);
    }

    [Fact]
    public async Task The_ledger_can_be_checked()
    {
        _admin.Ledger.Check = new(10, ["record 3: its hash does not fit"]);

        var answer = await _admin.GetAsync("/api/v1/ledger/verify");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"records":10,"problems":["record 3: its hash does not fit"],"isWhole":false}""", answer.Text);
    }

    [Theory]
    [InlineData("/api/v1/ledger")]
    [InlineData("/api/v1/ledger/verify")]
    public async Task A_store_that_is_down_is_told(string path)
    {
        _admin.Ledger.Failure = new StoreUnavailableException("the disk is gone");

        (await _admin.GetAsync(path)).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is gone");
    }
}
