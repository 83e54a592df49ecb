using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>The calls a server sends to itself before it says that it is ready.</summary>
internal static class WarmUp
{
    // As many calls at once as a small pool of callers has; more would only queue.
    private const int Concurrency = 16;

    // Every so many calls one is malformed, so that the way of a 400 is warm as well.
    private const int BrokenEvery = 20;

    /// <summary>Sends the calls and waits for the last answer.</summary>
    public static async Task RunAsync(Uri server, string model, int calls, PaymentProcess process)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Concurrency, UseProxy = false });
        client.BaseAddress = server;
        var bodies = new byte[calls][];
        for (var i = 0; i < calls; i++)
        {
            bodies[i] = i % BrokenEvery == 1 ? "{\"inputs\":[{\"name\":"u8.ToArray() : InferBody.Of(process.Next().Payment, "warm-up");
        }

        await Parallel.ForEachAsync(
            bodies,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
            async (body, stop) =>
            {
                using var content = new ByteArrayContent(body);
                using var response = await client.PostAsync($"/v2/models/{model}/infer", content, stop);
                await response.Content.ReadAsByteArrayAsync(stop);
            });
        foreach (var path in (string[])["/v2", "/v2/health/live", "/v2/health/ready", $"/v2/models/{model}", $"/v2/models/{model}/ready"])
        {
            using var response = await client.GetAsync(path);
        }
    }
}
