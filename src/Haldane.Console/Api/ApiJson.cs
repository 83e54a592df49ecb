using System.Text.Json;
using System.Text.Json.Serialization;
using Haldane.Core;
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
[JsonSerializable(typeof(HealthView))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>The body of a command.</summary>
/// <param name="By">Who asks; <c>api</c> when left out.</param>
/// <param name="Why">Why.</param>
internal sealed record CommandRequest(string? By, string? Why);

/// <summary>What a command came to.</summary>
/// <param name="Message">One sentence.</param>
internal sealed record CommandView(string Message);

/// <summary>Whether we are well.</summary>
/// <param name="Ready">Whether the controller does its work.</param>
/// <param name="Message">What is wrong, or <c>ok</c>.</param>
/// <param name="LastTick">When evidence was last judged.</param>
internal sealed record HealthView(bool Ready, string Message, DateTimeOffset? LastTick);
