namespace Haldane.Core.Specification;

/// <summary>What of a request is changed before a version gets it, so that one endpoint can serve several versions: other model names, prompts or parameters.</summary>
public sealed record OverrideSpec
{
    /// <summary>The model name that the version knows. Null: the caller's.</summary>
    public string? Model { get; init; }

    /// <summary>The system prompt, in the place of the caller's. Null: the caller's.</summary>
    public string? System { get; init; }

    /// <summary>Members of the body.</summary>
    public ValueList<ParameterSpec> Parameters { get; init => field = value ?? []; } = [];

    /// <summary>Header fields, in the place of the caller's of those names.</summary>
    public ValueList<HeaderSpec> Headers { get; init => field = value ?? []; } = [];

    /// <summary>The path. Null: the caller's.</summary>
    public PathSpec? Path { get; init; }
}

/// <summary>A member of a request's body that a version has its own value for.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) through objects, e.g. <c>/temperature</c> or <c>/options/temperature</c>.</param>
/// <param name="Value">The value as JSON; null: the member is removed.</param>
public sealed record ParameterSpec(string Pointer, string? Value)
{
    /// <summary>The names on the way, from the body down.</summary>
    public string[] Steps() => [.. Pointer[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
}

/// <summary>A header field that a version gets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null where it is a secret that stands elsewhere.</param>
public sealed record HeaderSpec(string Name, string? Value)
{
    /// <summary>Where its value stands; null where it stands here.</summary>
    public SecretSpec? Secret { get; init; }

    /// <summary>Without the value: texts of records end up in logs.</summary>
    public override string ToString() => $"{Name}: …";
}

/// <summary>The path that a version gets.</summary>
/// <param name="From">The beginning of the caller's path that is replaced, whole segments; null: all of it is.</param>
/// <param name="To">What comes in its place.</param>
public sealed record PathSpec(string? From, string To);

/// <summary>Where a secret stands that is no part of the specification: it is read when the program starts, and neither stored nor shown. Either variable or file is set.</summary>
public sealed record SecretSpec
{
    /// <summary>An environment variable.</summary>
    public string? Env { get; init; }

    /// <summary>A file; blanks and line breaks at its end are left out.</summary>
    public string? File { get; init; }

    /// <summary>What stands before it, e.g. <c>Bearer </c>.</summary>
    public string Prefix { get; init => field = value ?? ""; } = "";

    /// <summary>Where it stands, for people.</summary>
    public override string ToString() => Env is null ? $"the file {File}" : $"the environment variable {Env}";
}
