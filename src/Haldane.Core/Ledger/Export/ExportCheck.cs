using System.Text.Json;
using Haldane.Core.Ledger.Checks;

namespace Haldane.Core.Ledger.Export;

/// <summary>Checks an exported ledger line by line, without a store.</summary>
/// <remarks>What it cannot check is the evidence that records rest on: that is not in an export. One use, one thread.</remarks>
/// <param name="kept">The public key that somebody kept; null: the one in the export.</param>
/// <param name="fits">Checks a signature.</param>
public sealed class ExportCheck(LedgerKey? kept, SignatureCheck fits)
{
    private readonly LedgerProblems _problems = new();
    private readonly List<SignedHead> _heads = [];
    private ChainWalk? _walk;
    private LedgerKey? _own;
    private long _lines;
    private bool _ended;

    /// <summary>The rollout whose records alone were exported; null for all.</summary>
    public string? Rollout { get; private set; }

    /// <summary>Takes the next line.</summary>
    public void Add(string text)
    {
        _lines++;
        try
        {
            var line = ExportLine.Parse(text);
            if (_ended)
            {
                AddLine("stands after the end");
            }

            if (_walk is null)
            {
                Begin(line);
            }
            else
            {
                Take(line, _walk);
            }
        }
        catch (JsonException e)
        {
            AddLine($"cannot be read: {e.Message}");
            _walk ??= new(_problems);
        }
    }

    /// <summary>What was found, after the last line.</summary>
    public LedgerCheck End()
    {
        if (!_ended)
        {
            _problems.Add("end: the last line is missing, the export was cut off");
        }

        var walk = _walk ?? new(_problems);
        var heads = new HeadCheck(_problems, kept ?? _own, fits);
        heads.CompareKey(_own);
        foreach (var head in _heads)
        {
            heads.Add(head, walk.HashOf(head.Number), mustBeThere: Rollout is null);
        }

        // Of one rollout's records it may be that no head is among them.
        heads.End(walk.LastNumber, isKept: kept is not null && Rollout is null);
        return new(walk.Read, _problems.ToList()) { Heads = heads.Found };
    }

    private void Begin(ExportLine line)
    {
        if (line.Kind != "export" || line.Version != ExportLine.FormVersion)
        {
            AddLine($"is not the beginning of an export of version {ExportLine.FormVersion}");
        }

        Rollout = line.Rollout;
        _walk = new(_problems, isExcerpt: Rollout is not null);
    }

    private void Take(ExportLine line, ChainWalk walk)
    {
        switch (line)
        {
            case { Kind: "record", Number: { } number, Entry: { } entry, Previous: { } previous, Hash: { } hash }:
                walk.Add(new(number, entry, previous, hash));
                if (Rollout is not null && walk.Filed.TryGetValue(number, out var filed) && filed.Rollout != Rollout)
                {
                    _problems.AddRecord(number, $"is of the rollout '{filed.Rollout}'; the export is of '{Rollout}' alone");
                }

                break;
            case { Kind: "head", Number: { } number, Hash: { } hash, At: { } at, Key: { } key, Signature: { } signature }:
                _heads.Add(new(number, hash, at, key, signature));
                break;
            case { Kind: "key", Pem: { } pem }:
                TakeKey(pem, line.Fingerprint);
                break;
            case { Kind: "end" }:
                TakeEnd(line, walk);
                break;
            default:
                AddLine($"is of no known kind, or lacks something: '{line.Kind}'");
                break;
        }
    }

    private void TakeKey(string pem, string? fingerprint)
    {
        if (LedgerKey.OfPem(pem) is not { } key || key.Fingerprint != fingerprint)
        {
            AddLine("is no public key with its fingerprint");
        }
        else if (_own is not null)
        {
            AddLine("is a second key");
        }
        else
        {
            _own = key;
        }
    }

    private void TakeEnd(ExportLine line, ChainWalk walk)
    {
        if (line.Records != walk.Read || line.Heads != _heads.Count)
        {
            AddLine($"ends {line.Records} records and {line.Heads} signed heads, of which {walk.Read} and {_heads.Count} are here");
        }

        _ended = true;
    }

    private void AddLine(string problem) => _problems.Add($"line {_lines}: {problem}");
}
