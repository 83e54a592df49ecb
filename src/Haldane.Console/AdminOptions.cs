using System.Net;
using System.Net.Security;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Core.Ports;

namespace Haldane.Console;

/// <summary>Where and how the admin port listens.</summary>
/// <param name="Listen">Where; port 0 takes a free one.</param>
public sealed record AdminOptions(IPEndPoint Listen)
{
    /// <summary>How people are known.</summary>
    public AccessRules Access { get; init; } = new();

    /// <summary>What each new connection is served with, so that a renewed certificate is used; null for plain HTTP.</summary>
    public Func<SslServerAuthenticationOptions>? Tls { get; init; }
}

/// <summary>What the admin port shows and moves.</summary>
/// <param name="Room">The models and rollouts.</param>
/// <param name="Specifications">What is in force, and how it is changed.</param>
/// <param name="Tokens">Who may come in.</param>
/// <param name="Ledger">What was decided.</param>
/// <param name="Traffic">The gateway's totals.</param>
/// <param name="Series">Judges series that others send; belongs to the caller.</param>
/// <param name="Webhooks">Who is told what was decided.</param>
/// <param name="Reports">Makes evidence packs and the inventory; belongs to the caller.</param>
/// <param name="Gauges">What versions say of themselves.</param>
/// <param name="Processes">The processes of versions.</param>
/// <param name="Evaluators">Who scores answers.</param>
/// <param name="Plans">Tries plans; belongs to the caller.</param>
/// <param name="Time">The time.</param>
public sealed record AdminParts(
    IControlRoom Room, ISpecificationDesk Specifications, ITokenDesk Tokens, ILedgerReader Ledger, ITrafficStats Traffic, JudgeDesk Series, IWebhookDesk Webhooks, IReportDesk Reports, IGaugeDesk Gauges, IComputeDesk Processes, IEvaluatorDesk Evaluators, IPlanDesk Plans, TimeProvider Time);
