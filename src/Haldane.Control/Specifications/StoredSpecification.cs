using Haldane.Control.Settings;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Control.Specifications;

/// <summary>There are mistakes in a specification.</summary>
public sealed class SpecificationException(ValueList<SpecificationError> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All of them.</summary>
    public ValueList<SpecificationError> Errors { get; } = errors;
}

/// <summary>The specification as the store has it: what files said at the start, and what was applied since.</summary>
/// <remarks>One writer at a time; <see cref="Current"/> is for any thread.</remarks>
public sealed class StoredSpecification
{
    private readonly IRolloutStore _store;
    private readonly TimeProvider _time;
    private volatile SpecificationView _current;

    private IReadOnlyList<Setting> _unkept = [];

    private StoredSpecification(IRolloutStore store, TimeProvider time, DocumentShelf shelf, SpecificationSet set)
    {
        (_store, _time, Shelf) = (store, time, shelf);
        _current = new(shelf.Revision, shelf.InForce, set);
    }

    /// <summary>What is in force.</summary>
    public SpecificationView Current => _current;

    /// <summary>Documents of the files that say something else than what is in force, because that was applied after the files were written.</summary>
    public ValueList<DocumentId> KeptAsApplied { get; private init; } = [];

    internal DocumentShelf Shelf { get; private set; }

    /// <summary>Takes up what the store has and what the files say; records nothing yet.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="files">The files; null where none were given, then all stays as the store has it.</param>
    /// <param name="prune">Whether what is not in the files is removed, also what was applied.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="SpecificationException">There are mistakes in the files, or they do not go together with what was applied.</exception>
    public static async Task<StoredSpecification> RecoverAsync(IRolloutStore store, IReadOnlyList<SpecificationSource>? files, bool prune, TimeProvider time, CancellationToken cancel)
    {
        var shelf = DocumentShelf.Empty;
        foreach (var kind in DocumentId.Kinds)
        {
            shelf = shelf.With(await store.SettingsAsync(DocumentShelf.KindOf(kind), cancel));
        }

        var (documents, errors) = Split(files ?? []);
        var changes = files is null ? [] : shelf.Read(documents, prune);
        var next = shelf.With(changes);

        // The files as they are first: their mistakes are at places that somebody can open.
        if (files is not null)
        {
            Read([.. files, .. next.InForce.Where(d => !documents.Any(f => f.Id == d.Id)).Select(InForce)], errors);
        }

        var set = Read([.. next.InForce.Select(InForce)], []);
        return new(store, time, shelf, set)
        {
            KeptAsApplied = [.. documents.Where(d => next.Find(d.Id) != d.Text).Select(d => d.Id)],
            _unkept = changes,
        };
    }

    /// <summary>Records what the files have changed.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was recorded.</exception>
    public async Task KeepAsync()
    {
        await RecordAsync(_unkept, Current.Set, Person.Specification, "read at the start");
        _unkept = [];
    }

    /// <summary>A document as one that may have mistakes together with others.</summary>
    internal static SpecificationSource InForce(SpecificationDocument document) => DocumentTexts.Source(document, $"{document.Id} (in force)");

    private static SpecificationSet Read(IReadOnlyList<SpecificationSource> sources, IReadOnlyList<SpecificationError> errors) =>
        SpecificationReader.Read(sources) is var result && result.Set is { } set && errors.Count == 0 ? set
            : throw new SpecificationException([.. errors, .. result.Errors]);

    /// <summary>The documents of files, and what keeps them from being told apart.</summary>
    internal static (IReadOnlyList<SpecificationDocument> Documents, IReadOnlyList<SpecificationError> Errors) Split(IReadOnlyList<SpecificationSource> files)
    {
        var parts = files.Select(DocumentTexts.Split).ToList();
        return ([.. parts.SelectMany(p => p.Documents)], [.. parts.SelectMany(p => p.Errors)]);
    }

    /// <summary>Makes changes durable, all or none, and has them in force here.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    internal async Task RecordAsync(IReadOnlyList<Setting> changes, SpecificationSet next, Person by, string? why)
    {
        if (changes.Count > 0)
        {
            var now = _time.GetUtcNow();
            await _store.RecordAsync([.. changes.Select(c => EntryOf(c, next, by, why, now))], CancellationToken.None);
        }

        Shelf = Shelf.With(changes);
        _current = new(Shelf.Revision, Shelf.InForce, next);
    }

    private LedgerEntry EntryOf(Setting change, SpecificationSet next, Person by, string? why, DateTimeOffset now)
    {
        var id = DocumentShelf.IdOf(change)!;
        var stays = next.Find(id) is not null;
        var done = !stays ? "removed" : Shelf.Find(id) is null ? "added" : "changed";
        return SettingEntries.Of(change, by.Name, $"{id} {done}{(why is null ? "" : $": {why}")}", now) with
        {
            Kind = stays ? LedgerKinds.Set : LedgerKinds.Removed,
            Model = (stays ? next : _current.Set).ModelOf(id) ?? "",
        };
    }
}
