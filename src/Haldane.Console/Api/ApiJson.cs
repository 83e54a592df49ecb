using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification.Changes;
using Microsoft.AspNetCore.Mvc;

namespace Haldane.Console.Api;

/// <summary>The wire types that belong to the API alone; the domain's own are in <see cref="CoreJson"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(CommandView))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(ChangeProblem))]
[JsonSerializable(typeof(DocumentsView))]
[JsonSerializable(typeof(FreezeRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(MadeTokenView))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>What every request that changes something says.</summary>
internal interface IAsked
{
    /// <summary>Who asks; <c>api</c> when left out. Whoever is known by a token of his own need not say it, and cannot say another name.</summary>
    string? By { get; }

    /// <summary>Why.</summary>
    string? Why { get; }
}

/// <summary>The body of a command.</summary>
internal sealed record CommandRequest(string? By, string? Why) : IAsked;

/// <summary>The body of a change of the specification.</summary>
/// <param name="Files">Files of documents.</param>
/// <param name="Remove">Documents to be removed.</param>
/// <param name="Prune">Whether documents that no file names are removed.</param>
/// <param name="MoveTraffic">Whether it may take a canary back, or have another version serve.</param>
/// <param name="DryRun">Whether it is only said what would be done.</param>
/// <param name="By">Who asks.</param>
/// <param name="Why">Why.</param>
internal sealed record ChangeRequest(FileBody[]? Files, DocumentName[]? Remove, bool? Prune, bool? MoveTraffic, bool? DryRun, string? By, string? Why) : IAsked;

/// <summary>A file that is sent.</summary>
/// <param name="Name">As messages are to name it.</param>
/// <param name="Text">What it holds.</param>
internal sealed record FileBody(string? Name, string? Text);

/// <summary>The name of a document.</summary>
internal sealed record DocumentName(string? Kind, string? Name);

/// <summary>Why the specification was not changed (RFC 9457).</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="Report">All of it: mistakes with their places, what it would change, and what would come of it.</param>
internal sealed record ChangeProblem(int Status, string Detail, JsonElement Report);

/// <summary>Which documents are in force.</summary>
/// <param name="Revision">Another one with every change; the <c>ETag</c> too.</param>
/// <param name="Documents">By kind and name.</param>
internal sealed record DocumentsView(string Revision, DocumentId[] Documents);

/// <summary>The body of a freeze.</summary>
/// <param name="Name">What it is called; made up when left out.</param>
/// <param name="Models">The models that it holds; all when left out.</param>
/// <param name="Until">When it ends; when somebody lifts it, when left out.</param>
/// <param name="By">Who asks.</param>
/// <param name="Why">Why.</param>
internal sealed record FreezeRequest(string? Name, string[]? Models, DateTimeOffset? Until, string? By, string? Why) : IAsked;

/// <summary>The body of a token.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Models">The models that it is for; all when left out.</param>
/// <param name="Groups">What its owner belongs to.</param>
/// <param name="Expires">When it ends; never when left out.</param>
/// <param name="By">Who asks.</param>
/// <param name="Why">Why.</param>
internal sealed record TokenRequest(string? Name, string? Role, string[]? Models, string[]? Groups, DateTimeOffset? Expires, string? By, string? Why) : IAsked;

/// <summary>A token that was made.</summary>
/// <param name="Message">One sentence.</param>
/// <param name="Token">Its secret, which cannot be had again.</param>
internal sealed record MadeTokenView(string Message, string Token);

/// <summary>Who is signed in.</summary>
/// <param name="Name">As the ledger has it.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="Models">The models that it may be done to; empty for all.</param>
/// <param name="Groups">What the person belongs to.</param>
/// <param name="Proven">Whether the name is proven by a credential of the person's own.</param>
/// <param name="Csrf">What a page sends in <c>x-haldane-csrf</c> with what it changes; null without a session.</param>
internal sealed record SessionView(string Name, string Role, string[] Models, string[] Groups, bool Proven, string? Csrf);

/// <summary>What a command came to.</summary>
/// <param name="Message">One sentence.</param>
internal sealed record CommandView(string Message);

/// <summary>Whether we are well.</summary>
/// <param name="Ready">Whether the controller does its work.</param>
/// <param name="Message">What is wrong, or <c>ok</c>.</param>
/// <param name="LastTick">When evidence was last judged.</param>
internal sealed record HealthView(bool Ready, string Message, DateTimeOffset? LastTick)
{
    /// <summary>What a person may know of it: what is wrong may name models that are none of theirs.</summary>
    public static HealthView Of(ControlHealth health, Person person) => new(health.Ready, person.CoversEverything || health.Ready ? health.Message : "not ready", health.LastTick);
}
