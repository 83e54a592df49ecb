using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Specification.Changes;

namespace Haldane.Control.Specifications;

/// <summary>The documents in force, with what is known of the files that they came from. Immutable and pure.</summary>
internal sealed class DocumentShelf
{
    private readonly ImmutableDictionary<DocumentId, StoredDocument> _stored;

    private DocumentShelf(ImmutableDictionary<DocumentId, StoredDocument> stored)
    {
        _stored = stored;
        InForce =
        [
            .. stored.Where(s => s.Value.Text is not null).Select(s => new SpecificationDocument(s.Key, s.Value.Text!))
                .OrderBy(d => DocumentId.Kinds.AsSpan().IndexOf(d.Id.Kind)).ThenBy(d => d.Id.Name, StringComparer.Ordinal),
        ];
        Revision = Hash(string.Concat(InForce.Select(d => $"{d.Id}\n{Hash(d.Text)}\n")))[..16];
    }

    /// <summary>Without documents.</summary>
    public static DocumentShelf Empty { get; } = new(ImmutableDictionary<DocumentId, StoredDocument>.Empty);

    /// <summary>What is in force, by kind and name.</summary>
    public ValueList<SpecificationDocument> InForce { get; }

    /// <summary>Another one with every change, hex.</summary>
    public string Revision { get; }

    /// <summary>What a document says; null when there is none in force.</summary>
    public string? Find(DocumentId id) => _stored.GetValueOrDefault(id)?.Text;

    /// <summary>The shelf after settings were recorded; those of other kinds are passed over.</summary>
    public DocumentShelf With(IEnumerable<Setting> settings)
    {
        var next = _stored.ToBuilder();
        foreach (var setting in settings)
        {
            if (IdOf(setting) is not { } id)
            {
                continue;
            }

            if (setting.Body is { } body)
            {
                next[id] = body.Deserialize(CoreJson.Default.StoredDocument)!;
            }
            else
            {
                next.Remove(id);
            }
        }

        return new(next.ToImmutable());
    }

    /// <summary>What is to be recorded when files are read at the start.</summary>
    /// <remarks>A file that has changed since it was read last is taken; one that has not takes nothing back that was applied since. What the files no longer have is removed, what they never had stays.</remarks>
    /// <param name="files">Their documents.</param>
    /// <param name="prune">Whether what the files never had, and what was changed since, goes too.</param>
    public IReadOnlyList<Setting> Read(IReadOnlyList<SpecificationDocument> files, bool prune)
    {
        var named = files.Select(f => f.Id).ToHashSet();
        return
        [
            .. files.Select(f => (File: f, Hash: Hash(f.Text), Known: _stored.GetValueOrDefault(f.Id)))
                .Where(f => f.Known?.File != f.Hash || (prune && f.Known.Text != f.File.Text)).Select(f => Put(f.File.Id, new(f.File.Text, f.Hash))),
            .. _stored.Where(s => !named.Contains(s.Key) && (prune || s.Value.File is not null)).OrderBy(s => s.Key.ToString(), StringComparer.Ordinal).Select(s => Gone(s.Key)),
        ];
    }

    /// <summary>What is to be recorded so that a document says something else.</summary>
    public Setting Change(SpecificationDocument document) => Put(document.Id, new(document.Text, _stored.GetValueOrDefault(document.Id)?.File));

    /// <summary>What is to be recorded so that a document is no longer in force: one that files have is remembered as removed, or they would bring it back.</summary>
    public Setting Remove(DocumentId id) => _stored[id] is { File: not null } known ? Put(id, known with { Text = null }) : Gone(id);

    /// <summary>The document that a setting keeps; null when it keeps something else.</summary>
    public static DocumentId? IdOf(Setting setting) => DocumentId.KindNamed(setting.Kind) is { } kind ? new(kind, setting.Name) : null;

    /// <summary>The kind of setting that keeps documents of a kind.</summary>
    public static string KindOf(string kind) => kind.ToLowerInvariant();

    private static Setting Put(DocumentId id, StoredDocument document) => new(KindOf(id.Kind), id.Name, JsonSerializer.SerializeToElement(document, CoreJson.Default.StoredDocument));

    private static Setting Gone(DocumentId id) => new(KindOf(id.Kind), id.Name, null);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
