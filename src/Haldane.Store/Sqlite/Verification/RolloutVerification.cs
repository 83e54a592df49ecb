using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger.Checks;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Compares the state of every rollout with its last record, and the index of records by rollout with the records.</summary>
internal sealed class RolloutVerification(LedgerProblems problems)
{
    public void Run(SqliteConnection connection, ChainVerification chain)
    {
        Try("the state of the rollouts", () => CheckStates(connection, chain));
        Try("the index of records by rollout", () => CheckIndex(connection, chain));
    }

    private void CheckStates(SqliteConnection connection, ChainVerification chain)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var rows = new RawRows(connection, "SELECT name, run, state, ledger_number FROM rollout ORDER BY name");
        while (rows.Next())
        {
            var typed = rows.TryText(0, out var name);
            typed &= rows.TryInteger(1, out var run);
            typed &= rows.TryText(2, out var state);
            typed &= rows.TryInteger(3, out var record);
            seen.Add(name);
            if (!typed)
            {
                problems.AddRecord(record, $"the state of rollout '{name}' is not as it was written");
            }
            else if (chain.Walk.Last.TryGetValue(name, out var last) && last.Number == record)
            {
                CheckState(name, run, state, last, chain.Walk.Agreed[name]);
            }
            else if (chain.Complete && !chain.Walk.Unread.Contains(record))
            {
                problems.AddRecord(record, $"is not the last record of rollout '{name}', as its state says; that is {Describe(last)}");
            }
        }

        foreach (var (name, last) in chain.Walk.Last)
        {
            if (!seen.Contains(name))
            {
                problems.AddRecord(last.Number, $"the state of rollout '{name}' is missing");
            }
        }
    }

    private void CheckState(string name, long run, string state, LastRecord last, List<(int Stage, string By, DateTimeOffset At)> agreed)
    {
        try
        {
            var rollout = JsonSerializer.Deserialize(state, CoreJson.Default.Rollout) ?? throw new JsonException("it is null");
            var difference = rollout.Run == run
                ? RolloutAgreement.Difference(last.Entry, rollout) ?? RolloutAgreement.Difference(rollout, agreed)
                : $"its row has run {run}, its state {rollout.Run}";
            if (difference is not null)
            {
                problems.AddRecord(last.Number, $"the state of rollout '{name}' does not agree with it: {difference}");
            }
        }
        catch (JsonException e)
        {
            problems.AddRecord(last.Number, $"the state of rollout '{name}' cannot be read: {e.Message}");
        }
    }

    private void CheckIndex(SqliteConnection connection, ChainVerification chain)
    {
        var missing = new Dictionary<long, FiledRecord>(chain.Walk.Filed);
        using var rows = new RawRows(connection, "SELECT rollout, number FROM ledger_rollout");
        while (rows.Next())
        {
            var typed = rows.TryText(0, out var name) & rows.TryInteger(1, out var number);
            if (typed && missing.TryGetValue(number, out var filed) && filed.Rollout == name)
            {
                missing.Remove(number);
            }
            else if (chain.Walk.Filed.ContainsKey(number))
            {
                problems.AddRecord(number, $"the index has it under rollout '{name}'");
            }
        }

        // That of an older program has nothing in it that was set.
        var isOld = !SqliteSchema.FilesSettings(connection);
        foreach (var (number, filed) in missing.Where(m => !(isOld && m.Value.IsSetting)))
        {
            problems.AddRecord(number, $"is missing in the index of rollout '{filed.Rollout}'");
        }
    }

    private void Try(string what, Action check)
    {
        try
        {
            check();
        }
        catch (SqliteException e)
        {
            problems.Add($"{what} cannot be read: {e.Message}");
        }
    }

    private static string Describe(LastRecord? last) => last is null ? "none" : $"record {last.Number}";
}
