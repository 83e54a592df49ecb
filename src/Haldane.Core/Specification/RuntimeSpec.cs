namespace Haldane.Core.Specification;

/// <summary>A process of a version's own, which Haldane starts, warms up, watches and ends.</summary>
/// <param name="Command">The program and its arguments; no shell reads them.</param>
public sealed record RuntimeSpec(ValueList<string> Command)
{
    /// <summary>The folder that it runs in. Null: ours.</summary>
    public string? Directory { get; init; }

    /// <summary>Its environment, beside the little that every program needs.</summary>
    public ValueList<VariableSpec> Environment { get; init => field = value ?? []; } = [];

    /// <summary>Cores that it may use at most. Null: as many as there are.</summary>
    public double? Cpu { get; init; }

    /// <summary>Bytes of memory that it may use at most. Null: as many as there are.</summary>
    public long? Memory { get; init; }

    /// <summary>How it says that it is ready.</summary>
    public ReadySpec Ready { get; init => field = value ?? new(); } = new();

    /// <summary>Requests that are sent to it before callers are.</summary>
    public ValueList<WarmUpSpec> WarmUp { get; init => field = value ?? []; } = [];

    /// <summary>How often it is started again within ten minutes before it is given up.</summary>
    public int Restarts { get; init; } = 5;

    /// <summary>How long it lives on without new requests when it is no longer needed, and how long it then has to end by itself.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How a process says that it is ready: an answer of 200 to 299.</summary>
public sealed record ReadySpec
{
    /// <summary>The path that is asked. Null: a connection that is accepted is enough.</summary>
    public string? Path { get; init; }

    /// <summary>How long it may take after its start.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>A request that warms a process up, or requests of callers that do.</summary>
/// <param name="Path">Its path and query; empty where the requests are callers'.</param>
public sealed record WarmUpSpec(string Path)
{
    /// <summary>Its body, sent as JSON with POST; null: GET.</summary>
    public string? Body { get; init; }

    /// <summary>How often it is sent, one after the other.</summary>
    public int Times { get; init; } = 1;

    /// <summary>How many of the model's latest requests are sent instead. Null: this one is.</summary>
    public int? Recent { get; init; }
}

/// <summary>A variable of a process's environment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null where it is a secret that stands elsewhere.</param>
public sealed record VariableSpec(string Name, string? Value)
{
    /// <summary>Where its value stands; null where it stands here.</summary>
    public SecretSpec? Secret { get; init; }

    /// <summary>Without the value: texts of records end up in logs.</summary>
    public override string ToString() => $"{Name}=…";
}
