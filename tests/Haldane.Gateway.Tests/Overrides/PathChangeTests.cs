using System.Text;
using Haldane.Gateway.Overrides;

namespace Haldane.Gateway.Tests.Overrides;

public sealed class PathChangeTests
{
    [Theory]
    [InlineData(null, "/v2/x/infer", "/anything", "/v2/x/infer")]
    [InlineData(null, "/v2/x/infer", "*", "*")]
    [InlineData("/v2/models/fraud", "/v2/models/fraud-v2", "/v2/models/fraud/infer", "/v2/models/fraud-v2/infer")]
    [InlineData("/v2/models/fraud", "/v2/models/fraud-v2", "/v2/models/fraud", "/v2/models/fraud-v2")]
    [InlineData("/v2/models/fraud/", "/v2/models/fraud-v2/", "/v2/models/fraud/infer", "/v2/models/fraud-v2/infer")]
    [InlineData("/v2/models/fraud", "/v2/models/fraud-v2", "/v2/models/frauds/infer", "/v2/models/frauds/infer")]
    [InlineData("/", "/base", "/v1/x", "/base/v1/x")]
    [InlineData("/", "/base", "/", "/base/")]
    [InlineData("/api", "/", "/api/v1", "/v1")]
    [InlineData("/api", "/", "/api", "/")]
    [InlineData("/v2/models/fraud", "/b", "/v2/models/%66raud/inf%65r%2Fa", "/b/inf%65r%2Fa")]
    [InlineData("/v2/models/fraud", "/b", "/x/../v2/./models/fraud/a/..", "/b/")]
    [InlineData("/v2/models/fraud", "/b", "/x/%2e%2E/v2/models/fraud/c%20d", "/b/c%20d")]
    [InlineData("/v2/models/fraud", "/b", "/v2%2Fmodels/fraud/x", "/v2%2Fmodels/fraud/x")]
    [InlineData("/v2/models/fraud", "/b", "/v2/models/fraud/%0d%0aX:%201", "/b/%0d%0aX:%201")]
    public void A_beginning_is_swapped_however_the_path_is_written(string? from, string to, string path, string expected)
    {
        var change = new PathChange(new(from, to));

        var beginning = change.BeginningOf(Encoding.ASCII.GetBytes(path), out var replaced);

        Assert.Equal(expected, Encoding.ASCII.GetString(beginning) + path[replaced..]);
    }

    [Theory]
    [InlineData(null, "/v2/x/infer", "/anything", "/v2/x/infer")]
    [InlineData("/v2/models/fraud", "/b", "/v2/models/fraud/infer", "/b/infer")]
    [InlineData("/v2/models/fraud", "/b", "/v2/models/frauds", null)]
    [InlineData("/", "/base", "/v1/x", "/base/v1/x")]
    [InlineData("/api", "/", "/api", "/")]
    public void The_same_holds_for_a_path_that_is_resolved_already(string? from, string to, string path, string? expected) =>
        Assert.Equal(expected, new PathChange(new(from, to)).Of(path));
}
