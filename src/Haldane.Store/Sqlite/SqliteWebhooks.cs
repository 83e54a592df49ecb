using System.Globalization;
using System.Text.Json;
using Dapper;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Webhooks;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>How far webhooks have come, in tables of their own beside the ledger.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class SqliteWebhooks(SqliteWriter writer, SqliteReaders readers) : IWebhookStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<WebhookProgress>> TakeUpAsync(IReadOnlyList<string> names, CancellationToken cancel) =>
        writer.RunAsync("take up the webhooks", connection => TakeUp(connection, names), cancel);

    /// <inheritdoc/>
    public Task SaveAsync(WebhookProgress progress, DeadLetter? dead, int most, CancellationToken cancel)
    {
        var state = JsonSerializer.Serialize(progress, CoreJson.Default.WebhookProgress);
        return writer.RunAsync(
            "keep how far a webhook has come",
            connection =>
            {
                connection.Execute("UPDATE webhook SET state = @state WHERE name = @Webhook", new { state, progress.Webhook });
                if (dead is not null)
                {
                    Bury(connection, dead, most);
                }

                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadAsync(string webhook, CancellationToken cancel) => readers.RunAsync<IReadOnlyList<DeadLetter>>(
        "read dead letters",
        connection =>
        [
            .. connection.Query<(long Number, string At, int Attempts, string Fault)>("SELECT number, at, attempts, fault FROM webhook_dead WHERE webhook = @webhook ORDER BY number", new { webhook })
                .Select(row => new DeadLetter(webhook, row.Number, DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), row.Attempts, row.Fault)),
        ],
        cancel);

    /// <inheritdoc/>
    public Task RemoveDeadAsync(string webhook, long number, CancellationToken cancel) => writer.RunAsync(
        "forget a dead letter", connection => connection.Execute("DELETE FROM webhook_dead WHERE webhook = @webhook AND number = @number", new { webhook, number }), cancel);

    private static IReadOnlyList<WebhookProgress> TakeUp(SqliteConnection connection, IReadOnlyList<string> names)
    {
        var known = connection.Query<(string Name, string State)>("SELECT name, state FROM webhook").ToDictionary(row => row.Name, row => row.State, StringComparer.Ordinal);
        foreach (var gone in known.Keys.Except(names, StringComparer.Ordinal))
        {
            connection.Execute("DELETE FROM webhook WHERE name = @gone", new { gone });
            connection.Execute("DELETE FROM webhook_dead WHERE webhook = @gone", new { gone });
        }

        var end = connection.ExecuteScalar<long>("SELECT number FROM head");
        return [.. names.Select(name => known.TryGetValue(name, out var state) ? Read(state) : Begin(connection, new(name, end)))];
    }

    private static WebhookProgress Begin(SqliteConnection connection, WebhookProgress progress)
    {
        connection.Execute("INSERT INTO webhook (name, state) VALUES (@Webhook, @state)", new { progress.Webhook, state = JsonSerializer.Serialize(progress, CoreJson.Default.WebhookProgress) });
        return progress;
    }

    private static void Bury(SqliteConnection connection, DeadLetter dead, int most)
    {
        connection.Execute(
            "INSERT OR REPLACE INTO webhook_dead (webhook, number, at, attempts, fault) VALUES (@Webhook, @Number, @at, @Attempts, @Fault)",
            new { dead.Webhook, dead.Number, at = dead.At.ToString("O", CultureInfo.InvariantCulture), dead.Attempts, dead.Fault });
        connection.Execute(
            "DELETE FROM webhook_dead WHERE webhook = @Webhook AND number NOT IN (SELECT number FROM webhook_dead WHERE webhook = @Webhook ORDER BY number DESC LIMIT @most)",
            new { dead.Webhook, most });
    }

    private static WebhookProgress Read(string state) =>
        JsonSerializer.Deserialize(state, CoreJson.Default.WebhookProgress) ?? throw new InvalidDataException("the state of a webhook is empty");
}
