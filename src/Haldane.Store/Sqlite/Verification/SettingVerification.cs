using System.Text.Json;
using Dapper;
using Haldane.Core.Ledger.Checks;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Compares what is set with the last record about it: a token that somebody has written into the file by hand is in no record.</summary>
internal sealed class SettingVerification(LedgerProblems problems)
{
    public void Run(SqliteConnection connection, ChainVerification chain)
    {
        try
        {
            // A file of an older program, opened for reading only, has no settings.
            if (connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE name = 'setting'") > 0 || chain.Walk.Settings.Count > 0)
            {
                Check(connection, chain);
            }
        }
        catch (SqliteException e)
        {
            problems.Add($"the settings cannot be read: {e.Message}");
        }
    }

    private void Check(SqliteConnection connection, ChainVerification chain)
    {
        var missing = chain.Walk.Settings.Where(s => s.Value.Entry.Setting!.Body is not null).ToDictionary();
        using var rows = new RawRows(connection, "SELECT kind, name, body, ledger_number FROM setting ORDER BY kind, name");
        while (rows.Next())
        {
            var typed = rows.TryText(0, out var kind) & rows.TryText(1, out var name) & rows.TryText(2, out var body) & rows.TryInteger(3, out var record);
            missing.Remove((kind, name));
            if (!typed)
            {
                problems.AddRecord(record, $"the {kind} '{name}' is not as it was written");
            }
            else if (!chain.Walk.Settings.TryGetValue((kind, name), out var last))
            {
                if (chain.Complete && !chain.Walk.Unread.Contains(record))
                {
                    problems.Add($"the {kind} '{name}' is in no record");
                }
            }
            else if (last.Number != record || last.Entry.Setting!.Body is not { } said || !IsSame(said, body))
            {
                problems.AddRecord(last.Number, $"the {kind} '{name}' is not what it says");
            }
        }

        foreach (var ((kind, name), last) in missing)
        {
            problems.AddRecord(last.Number, $"the {kind} '{name}' is missing");
        }
    }

    private static bool IsSame(JsonElement said, string stored)
    {
        try
        {
            return JsonElement.DeepEquals(said, JsonElement.Parse(stored));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
