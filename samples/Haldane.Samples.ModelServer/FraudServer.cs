using System.Net;
using Haldane.Samples.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Haldane.Samples.ModelServer;

/// <summary>A model server on a loopback port.</summary>
/// <remarks>It listens from the start, is ready only after <see cref="WarmUpAsync"/>, and goes away when disposed.</remarks>
internal sealed class FraudServer : IAsyncDisposable
{
    // Calls of the warm-up are short, and enough of them fail that the way of an error is warm as well.
    private static readonly ServiceTime WarmUpTime = new(TimeSpan.FromMilliseconds(1), 0.25);
    private const double WarmUpErrorShare = 0.05;

    private readonly WebApplication _app;
    private readonly Deadlines _deadlines;
    private readonly ProtocolEndpoints _endpoints;
    private readonly ModelServerOptions _options;

    private FraudServer(WebApplication app, Deadlines deadlines, ProtocolEndpoints endpoints, ModelServerOptions options)
    {
        (_app, _deadlines, _endpoints, _options) = (app, deadlines, endpoints, options);
        Address = new Uri(app.Urls.First());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Trains the model and starts to listen.</summary>
    /// <exception cref="InvalidOperationException">A fault cannot do what it is asked to.</exception>
    public static async Task<FraudServer> StartAsync(ModelServerOptions options, TimeProvider time)
    {
        var model = FraudModels.Train(options.Model, options.Seed);
        var served = new ServedModel(options.Name, options.Version, Answers.Over(model, options.Faults, options.Seed));
        var deadlines = new Deadlines(time);
        var warmUpDice = new CallDice(new Random(~options.Seed), WarmUpTime, WarmUpErrorShare);
        var endpoints = new ProtocolEndpoints(served, time, deadlines, warmUpDice);
        var app = Build(options.Port, endpoints);
        await app.StartAsync();
        return new(app, deadlines, endpoints, options);
    }

    /// <summary>Sends this many infer calls to its own socket, so that no caller pays for cold code; then becomes ready.</summary>
    public async Task WarmUpAsync(int calls)
    {
        await WarmUp.RunAsync(Address, _options.Name, calls, new PaymentProcess(new Random(~_options.Seed)));
        _endpoints.BecomeReady(DiceOf(_options));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _deadlines.Dispose(); // first: nobody shall wait for an answer that is only late on purpose
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>The service time and the error share after the faults.</summary>
    internal static CallDice DiceOf(ModelServerOptions options)
    {
        var (time, errors) = (options.ServiceTime, 0.0);
        foreach (var fault in options.Faults)
        {
            (time, errors) = fault switch
            {
                Fault.SlowTail(var factor) => (time.WithTail(factor), errors),
                Fault.Errors(var share) => (time, share),
                _ => (time, errors),
            };
        }

        return new(new Random(options.Seed), time, errors);
    }

    private static WebApplication Build(int port, ProtocolEndpoints endpoints)
    {
        // Empty: no configuration files, no logging, no routing; a request goes from Kestrel straight to the endpoints.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ProtocolEndpoints.MaximumBody;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var app = builder.Build();
        app.Run(endpoints.Handle);
        return app;
    }
}
