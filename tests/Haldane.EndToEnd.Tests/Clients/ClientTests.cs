namespace Haldane.EndToEnd.Tests.Clients;

/// <summary>Clients that we did not write, straight at a model server and through the gateway: see <c>tests/clients/README.md</c>.</summary>
[Collection(Alone.Name)]
public sealed class ClientTests(ClientRuns runs) : IClassFixture<ClientRuns>
{
    public static bool AreInstalled => ClientSuites.AreInstalled;

    public static TheoryData<string> Suites => [.. ClientSuites.All];

    public static TheoryData<string, string> Scenarios => [.. ClientSuites.All.SelectMany(suite => ClientSuites.ScenariosOf(suite).Select(name => (suite, name)))];

    [Theory(Skip = "needs Node 20 and the clients that ./test fetches with npm", SkipUnless = nameof(AreInstalled))]
    [MemberData(nameof(Scenarios))]
    public async Task A_client_sees_what_it_should(string suite, string scenario)
    {
        var results = await runs.RunAsync(suite);

        Assert.True(results.TryGetValue(scenario, out var result), "the scenario did not run");
        Assert.True(result!.Ok, result.Why);
    }

    [Theory(Skip = "needs Node 20 and the clients that ./test fetches with npm", SkipUnless = nameof(AreInstalled))]
    [MemberData(nameof(Suites))]
    public async Task Every_scenario_of_a_suite_has_a_test_of_its_own(string suite)
    {
        var results = await runs.RunAsync(suite);

        Assert.Equal(ClientSuites.ScenariosOf(suite).Order(StringComparer.Ordinal), results.Keys.Order(StringComparer.Ordinal));
    }
}
