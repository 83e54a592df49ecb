using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Processes of versions as they are written.</summary>
public sealed class RuntimeSpecificationTests
{
    [Fact]
    public void A_process_is_read_whole()
    {
        var runtime = Read("""command: [python3, server.py, "--port", "9002"], directory: /srv/fraud, environment: { MODE: canary, TOKEN: { env: HALDANE_SECRET_T } }, cpu: 1.5, memory: 4GiB, ready: { path: /health, within: 2m }, warmUp: [{ path: "/predict?a=b", body: '{"x": 1}', times: 20 }, { path: / }, { recent: 50 }], restarts: 2, drain: 5s""").Set!.Models[0].Versions[1].Runtime!;

        Assert.Equal((["python3", "server.py", "--port", "9002"], "/srv/fraud", 1.5, 4L << 30), (runtime.Command, runtime.Directory, runtime.Cpu, runtime.Memory));
        Assert.Equal([new VariableSpec("MODE", "canary"), new("TOKEN", null) { Secret = new() { Env = "HALDANE_SECRET_T" } }], runtime.Environment);
        Assert.Equal((new ReadySpec { Path = "/health", Within = TimeSpan.FromMinutes(2) }, 2, TimeSpan.FromSeconds(5)), (runtime.Ready, runtime.Restarts, runtime.Drain));
        Assert.Equal([new WarmUpSpec("/predict?a=b") { Body = "{\"x\": 1}", Times = 20 }, new("/"), new("") { Recent = 50 }], runtime.WarmUp);
    }

    [Fact]
    public void What_it_does_not_say_is_usual() =>
        Assert.Equal(new RuntimeSpec(["serve"]), Read("command: [serve]").Set!.Models[0].Versions[1].Runtime);

    [Theory]
    [InlineData("directory: /srv", "found no field \"command\"")]
    [InlineData("command: []", "found 0 words; wanted 1 to 256")]
    [InlineData("command: [serve], memory: 4GB", "the units are MiB, GiB and TiB")]
    [InlineData("command: [serve], memory: 4", "the units are MiB, GiB and TiB")]
    [InlineData("command: [serve], cpu: 0", "wanted a number of cores from 0.01 to 1,024")]
    [InlineData("command: [serve], ready: { path: health }", "wanted a path that begins with '/'")]
    [InlineData("command: [serve], ready: { path: //elsewhere/health }", "wanted a path that begins with '/'")]
    [InlineData("command: [serve], warmUp: [{ path: /, times: 0 }]", "wanted a whole number from 1 to 10,000")]
    [InlineData("command: [serve], warmUp: [{ recent: 0 }]", "wanted a whole number from 1 to 256")]
    [InlineData("command: [serve], warmUp: [{ recent: 5, path: / }]", "found recent beside path; wanted one of the two")]
    [InlineData("command: [serve], warmUp: [{ recent: 5, times: 2 }]", "found times beside recent; wanted it only beside path")]
    [InlineData("command: [serve], warmUp: [{ times: 5 }]", "found neither path nor recent; wanted one of the two, e.g. { path: /predict } or { recent: 50 }")]
    [InlineData("command: [serve], environment: { A-B: c }", "wanted the name of a variable, e.g. MODEL_PATH")]
    [InlineData("command: [serve], environment: { API_KEY: c }", "found the value of \"API_KEY\" itself; wanted where the secret stands")]
    [InlineData("command: [serve], restarts: many", "wanted a whole number from 0 to 100")]
    public void A_mistake_is_named(string runtime, string message) => Assert.Contains(message, Assert.Single(Read(runtime).Errors).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"http://10.0.0.7:9002\"")]
    [InlineData("\"https://127.0.0.1:9002\"")]
    [InlineData("\"http://127.0.0.1:9002\", \"http://127.0.0.1:9003\"")]
    public void Its_address_is_one_of_this_machine(string endpoints)
    {
        var text = Samples.With("[\"http://127.0.0.1:9002\"] }", $"[{endpoints}], runtime: {{ command: [serve] }} }}");
        Assert.Contains("found endpoints that are not the one of the version's own process", Assert.Single(Samples.Read(text).Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("protocol: http", "http:", "found recent in a model whose calls may not be repeated; wanted a protocol that makes it safe, failover: always, or requests that are given")]
    [InlineData("failover: never", "http:", "found recent in a model whose calls may not be repeated")]
    [InlineData("protocol: open-inference", "h2c:", "found recent in a version with an h2c endpoint; wanted an http endpoint, or requests that are given")]
    public void Requests_of_callers_warm_up_only_where_they_can_be_sent_again(string calls, string scheme, string message)
    {
        var text = Samples.With("[\"http://127.0.0.1:9002\"] }", $"[\"{scheme}//127.0.0.1:9002\"], runtime: {{ command: [serve], warmUp: [{{ recent: 5 }}] }} }}").Replace(calls[..8] == "failover" ? "failover: auto" : "protocol: open-inference", calls, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Single(Samples.Read(text).Errors).Message, StringComparison.Ordinal);
    }

    private static SpecificationResult Read(string runtime) => Samples.Read(Samples.With("[\"http://127.0.0.1:9002\"] }", $"[\"http://127.0.0.1:9002\"], runtime: {{ {runtime} }} }}"));
}
