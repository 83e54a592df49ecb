namespace Haldane.Core.Specification;

/// <summary>Somebody who scores answers: a service that gets a sample of the exchanges of both arms, without learning which arm answered, and says a number or a few about each.</summary>
/// <param name="Name">Unique among the model's evaluators.</param>
/// <param name="Url">Where it is asked.</param>
/// <param name="Values">The values of the model that it gives.</param>
public sealed record EvaluatorSpec(string Name, string Url, ValueList<string> Values)
{
    /// <summary>Exchanges of each arm that it gets at most, per second.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How long it may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Header fields that it is sent.</summary>
    public ValueList<HeaderSpec> Headers { get; init => field = value ?? []; } = [];

    /// <summary>JSON pointers into requests and answers to what it does not get.</summary>
    public ValueList<string> Redact { get; init => field = value ?? []; } = [];

    /// <summary>Its name: the address may say more than a log should.</summary>
    public override string ToString() => Name;
}
