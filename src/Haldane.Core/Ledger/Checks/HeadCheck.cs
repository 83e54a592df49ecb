namespace Haldane.Core.Ledger.Checks;

/// <summary>Holds signed heads against a chain and a key, one after the other.</summary>
/// <remarks>One use, one thread.</remarks>
/// <param name="problems">Where problems are noted.</param>
/// <param name="key">The key that the heads must be of; null when none is known.</param>
/// <param name="fits">Checks a signature.</param>
public sealed class HeadCheck(LedgerProblems problems, LedgerKey? key, SignatureCheck fits)
{
    private readonly string? _fingerprint = key?.Fingerprint;
    private long _count;
    private long _last;
    private long _seen;
    private bool _cannot;

    /// <summary>What was found to fit so far.</summary>
    public SignedHeads Found => new(_count, _last, _fingerprint);

    /// <summary>Holds the key that came with the ledger against the one that somebody kept.</summary>
    public void CompareKey(LedgerKey? own)
    {
        if (key is not null && own is not null && own != key)
        {
            problems.Add($"key: the ledger's own key is {own.Fingerprint}, the one that it was to be checked with {_fingerprint}: it was signed anew with another key, or belongs to another installation");
        }
    }

    /// <summary>Checks a head.</summary>
    /// <param name="head">As it was read.</param>
    /// <param name="hash">The hash that the content of its record has; null when there is no such record.</param>
    /// <param name="mustBeThere">Whether the record must be there.</param>
    public void Add(SignedHead head, string? hash, bool mustBeThere)
    {
        _seen++;
        if (!IsSigned(head))
        {
            return;
        }

        if (hash is null)
        {
            if (mustBeThere)
            {
                problems.AddRecord(head.Number, $"is missing: the ledger ended there when its head was signed at {head.At}");
            }
        }
        else if (hash != head.Hash)
        {
            problems.AddRecord(head.Number, $"is not the one whose hash was signed at {head.At}: it, or one before it, was replaced");
        }
        else
        {
            _count++;
            _last = Math.Max(_last, head.Number);
        }
    }

    /// <summary>Ends the check.</summary>
    /// <param name="last">The last record; 0 when there is none.</param>
    /// <param name="isKept">Whether the key was kept by somebody: then signatures that were taken away must be missed, and not only those that are there must fit.</param>
    public void End(long last, bool isKept)
    {
        if (isKept && _seen == 0 && last > 0)
        {
            problems.Add("signed heads: there is none, so nothing shows that these records are of the key that they were to be checked with");
        }
        else if (isKept && last - _last >= HeadSchedule.Records)
        {
            problems.Add($"signed heads: the last one that fits is of record {_last}, so nothing shows that the {last - _last} records behind it are of the key that they were to be checked with");
        }
    }

    private bool IsSigned(SignedHead head)
    {
        var place = $"signed head of record {head.Number}:";
        if (key is null)
        {
            problems.Add($"{place} the key to check it with is missing");
            return false;
        }

        if (head.Key != _fingerprint)
        {
            problems.Add($"{place} is of the key {head.Key}, not of {_fingerprint}");
            return false;
        }

        try
        {
            if (head.Signature.Length % 2 == 0 && head.Signature.All(char.IsAsciiHexDigit) && fits(key, head.Message(), Convert.FromHexString(head.Signature)))
            {
                return true;
            }

            problems.Add($"{place} its signature does not fit");
        }
        catch (SigningUnavailableException e)
        {
            // Once: the next ones fail for the same reason.
            if (!_cannot)
            {
                problems.Add($"{place} neither it nor any other can be checked: {e.Message}");
                _cannot = true;
            }
        }

        return false;
    }
}
