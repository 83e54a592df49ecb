using System.Globalization;
using System.Net;
using Haldane.Console;
using Haldane.Console.Api;
using Haldane.Control.Access;
using Haldane.Control.Compute;
using Haldane.Control.Evaluators;
using Haldane.Control.Plans;
using Haldane.Control.Reports;
using Haldane.Control.Rollouts;
using Haldane.Control.Specifications;
using Haldane.Control.Webhooks;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.CrashHost;
using Haldane.Gateway;
using Haldane.Gateway.Routing;
using Haldane.Judge.Series;
using Haldane.Store.Signing;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

// SPECIFICATION STORE POINT TIMES: what `haldane run` is made of, in the same order, with a death at a named point of the write-then-publish sequence.
var (file, path, death) = (args[0], args[1], new Death(args[2], int.Parse(args[3], CultureInfo.InvariantCulture)));
var (none, time, logging) = (CancellationToken.None, TimeProvider.System, NullLoggerFactory.Instance);
var specification = SpecificationReader.Read([new(file, await File.ReadAllBytesAsync(file))]).Set ?? throw new FormatException("the specification has mistakes");
await using var store = await SqliteStore.OpenAsync(path, none);
var mortal = new MortalStore(store, death);
var tokens = new TokenCodec(await store.InstallationKeyAsync(none));
using var router = new GatewayRouter();
var webhooks = await WebhookDesk.RecoverAsync([], null, store, store.Webhooks, time, () => 0, NullLogger<WebhookDesk>.Instance, none);
using var controller = await RolloutController.RecoverAsync(specification, mortal, new MortalRouter(router, death), tokens, time, NullLogger<RolloutController>.Instance, none);
using var people = await TokenDesk.RecoverAsync(null, store, time, none);
var loopback = new IPEndPoint(IPAddress.Loopback, 0);
await using var gateway = await GatewayServer.StartAsync([new(loopback, false)], router, tokens, time, logging, none);
using var series = new JudgeDesk(new SeriesJudge(), null, time);
using var specifications = new SpecificationDesk(await StoredSpecification.RecoverAsync(store, null, prune: false, time, none), controller, null!); // nothing is applied here
using var reports = new ReportDesk(new(store, store, LedgerSignatures.Check), store, controller, () => specification.Models, time);
await using var compute = new ComputeRouter(router, null!, router.Replay, time); // no version has a process of its own
var evaluation = new EvaluationDesk(router.Samples, null!, controller, time, NullLogger<EvaluationDesk>.Instance); // no model has an evaluator
using var plans = new PlanDesk(() => (specifications.Current.Revision, specifications.Current.Set), new NoSimulator(), static () => { }, time);
await using var admin = await AdminServer.StartAsync(new(loopback), new(controller, specifications, people, mortal, router, series, webhooks, reports, controller.Gauges, compute, evaluation, plans, time), logging, none);
System.Console.WriteLine($"data  {string.Join(", ", gateway.Addresses)}");
System.Console.WriteLine($"admin {admin.Address}");
await controller.RunAsync(none);
