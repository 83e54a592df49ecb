using System.Net;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Client;

/// <summary>The ledger of a running Haldane.</summary>
/// <remarks>Throws <see cref="AdminClientException"/> where the server does not answer as it should.</remarks>
internal sealed class RemoteLedger(AdminClient client) : ILedgerReader
{
    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel) => client.GetAsync(
        $"/api/v1/ledger?limit={limit}{(before is null ? "" : $"&before={before}")}{Of(rollout)}", CoreJson.Default.IReadOnlyListLedgerRecord, cancel);

    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel) =>
        client.GetAsync($"/api/v1/ledger?limit={limit}&after={after}{Of(rollout)}", CoreJson.Default.IReadOnlyListLedgerRecord, cancel);

    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel) =>
        client.GetAsync($"/api/v1/ledger/heads?limit={limit}&after={after}", CoreJson.Default.IReadOnlyListSignedHead, cancel);

    public async Task<LedgerKey?> KeyAsync(CancellationToken cancel)
    {
        try
        {
            var view = await client.GetAsync("/api/v1/ledger/key", CoreJson.Default.LedgerKeyView, cancel);
            return LedgerKey.OfPem(view.Pem) ?? throw new AdminClientException("the server's public key is no Ed25519 key in PEM form");
        }
        catch (AdminClientException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel) =>
        client.GetAsync($"/api/v1/ledger/verify{(key is null ? "" : $"?key={key.Hex}")}", CoreJson.Default.LedgerCheck, cancel);

    private static string Of(string? rollout) => rollout is null ? "" : $"&rollout={Uri.EscapeDataString(rollout)}";
}
