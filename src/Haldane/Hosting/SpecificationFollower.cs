using Haldane.Control.Specifications;
using Haldane.Control.Webhooks;
using Haldane.Core.Specification;

namespace Haldane.Hosting;

/// <summary>Has secrets and webhooks follow the specification.</summary>
/// <param name="router">Gets the secrets.</param>
/// <param name="webhooks">Gets the webhooks.</param>
/// <param name="folder">Where files of secrets may be that an applied document names; null: nowhere.</param>
/// <param name="runsCommands">Whether versions may have processes of their own.</param>
/// <param name="time">The time.</param>
internal sealed class SpecificationFollower(SecretRouter router, WebhookDesk webhooks, string? folder, bool runsCommands, TimeProvider time) : IOutsideParts
{
    public IPreparedParts Prepare(SpecificationSet before, SpecificationSet next)
    {
        if (!router.Secrets.TryReadNext(before, next, folder, out var secrets, out var faults))
        {
            return new Prepared(this, secrets, null, [], faults);
        }

        if (Runtimes.WhyNot(next, runsCommands) is { } why)
        {
            return new Prepared(this, secrets, null, [], [why]);
        }

        // What is sent on its way is not broken off for a change that concerns no webhook.
        if (before.Webhooks.Equals(next.Webhooks) && before.Webhooks.All(w => router.Secrets.Of(w).Equals(secrets.Of(w))))
        {
            return new Prepared(this, secrets, null, [], []);
        }

        try
        {
            return new Prepared(this, secrets, WebhookRoutes.Prepare(next.Webhooks, secrets, time), [.. next.Webhooks.Select(w => w.Name)], []);
        }
        catch (FormatException e)
        {
            return new Prepared(this, secrets, null, [], [e.Message]);
        }
    }

    private sealed class Prepared(SpecificationFollower parent, Secrets secrets, WebhookRoutes? routes, string[] names, IReadOnlyList<string> faults) : IPreparedParts
    {
        private WebhookRoutes? _routes = routes;

        public IReadOnlyList<SpecificationError> Faults { get; } = [.. faults.Select(f => new SpecificationError("secrets", 0, 0, "", f))];

        public Task BeginAsync() => _routes is null ? Task.CompletedTask : parent.Webhooks.ExpectAsync(names, CancellationToken.None);

        public void Commit()
        {
            parent.Router.Secrets = secrets;
            if (_routes is { } routes)
            {
                parent.Webhooks.Replace(routes.All, routes);
                _routes = null; // they are the desk's now
            }
        }

        public void Dispose() => _routes?.Dispose();
    }

    private SecretRouter Router => router;

    private WebhookDesk Webhooks => webhooks;
}
