using System.Buffers;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Observation.Text;

namespace Haldane.Gateway.Relay;

/// <summary>The side view of an answer that passes: times, and what its body says.</summary>
/// <remarks>
/// A stream of the canary is held until the model has generated something, as long as the baseline could still answer instead. Belongs to an exchange, or to a caller's connection, which uses it
/// for answer after answer. Owns its pooled buffers until disposed.
/// </remarks>
internal sealed class AnswerSide(Exchange exchange, TimeProvider time) : IDisposable
{
    private readonly KeptBytes _kept = new(1_024, Generation.MostText);
    private readonly TextReading _text = new();
    private bool _isLarge;
    private AnswerForm _form;
    private bool _reads;
    private bool _hasEnded;
    private long _heldSince;

    /// <summary>Whether the body is read once it is whole.</summary>
    public bool WantsWhole => _reads || (_text.IsOn && !_text.IsStream);

    /// <summary>Whether what comes must not go to the caller yet.</summary>
    public bool Holds { get; private set; }

    /// <summary>Whether the version said in its answer that it failed.</summary>
    public bool HasFailed => _text.IsOn && _text.Generation.IsFailed;

    /// <summary>Whether a stream that ends here was cut.</summary>
    public bool IsCut => _text.IsCut;

    /// <summary>Begins with the head of an answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    /// <param name="isPacked">Whether its body is encoded.</param>
    /// <param name="type">Its content type.</param>
    public void Begin(int status, bool toHead, bool isPacked, ReadOnlySpan<byte> type)
    {
        Forget();
        if (exchange.Copy is { } copy)
        {
            copy.Answer.SetType(type);
            copy.Answer.IsUnknown = isPacked;
        }

        if (exchange.ReadsText(status, toHead) && !isPacked)
        {
            _text.Begin(exchange.Call, type);
            Holds = _text.IsStream && exchange is { MayFailOver: true, StandIn: false };
            return;
        }

        _reads = exchange.Reads(status, toHead);
        if (_reads && isPacked)
        {
            // Packed bodies are not unpacked, so it is clear already that this one is unread.
            exchange.Prediction = exchange.Route.Answers.Unreadable;
            _reads = false;
        }
    }

    /// <summary>Whether the head says more of what the body is made of, see <see cref="SetForm"/>.</summary>
    public bool AsksForm => _reads && exchange.Route.Answers.IsInference;

    /// <summary>What the head says about the body.</summary>
    public void SetForm(in AnswerForm form) => _form = form;

    /// <summary>Drops what was kept of a failed attempt.</summary>
    public void Forget()
    {
        _kept.Clear();
        _text.Stop();
        (_reads, _isLarge, _hasEnded, Holds, _heldSince, _form) = (false, false, false, false, 0, AnswerForm.Json);
        exchange.Copy?.Answer.ForgetBody();
    }

    /// <summary>What is kept of the body.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.Memory;

    /// <summary>Bytes have come.</summary>
    public void Mark() => exchange.LastByteAt = time.GetTimestamp();

    /// <summary>The bytes that came last hold some of the body.</summary>
    public void MarkContent()
    {
        if (exchange.FirstByteAt == 0)
        {
            exchange.FirstByteAt = exchange.LastByteAt;
        }
    }

    /// <summary>Reads a body that is here as a whole.</summary>
    public void Read(ReadOnlySpan<byte> body)
    {
        MarkContent();
        exchange.Copy?.See(body);
        ReadWhole(body);
    }

    /// <summary>Sees a piece of the body pass.</summary>
    public void See(ReadOnlySpan<byte> content)
    {
        MarkContent();
        exchange.Copy?.See(content);
        if (_text.IsStream)
        {
            SeeStream(content);
        }
        else if (WantsWhole && !_isLarge)
        {
            Keep(content);
        }
    }

    /// <summary>Whether what is held may go to the caller from here on.</summary>
    /// <param name="isAll">Nothing more comes.</param>
    public bool Releases(bool isAll)
    {
        if (Holds && (isAll || _isLarge || _text.Generation.HasContent || IsHeldForLong))
        {
            Holds = false;
            return true;
        }

        return false;
    }

    private bool IsHeldForLong => _heldSince != 0 && time.GetElapsedTime(_heldSince, exchange.LastByteAt) > RelayLimits.LongestHold;

    /// <summary>The body has come to its end: <see cref="HasFailed"/> and <see cref="IsCut"/> are final.</summary>
    public void End()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (_text.IsStream)
        {
            _text.End();
            TakeText();
        }
        else if (WantsWhole && !_isLarge)
        {
            ReadWhole(_kept.Span);
        }
        else if (_reads)
        {
            // Too large to be kept.
            exchange.Prediction = exchange.Route.Answers.Unreadable;
        }
    }

    /// <summary>Looks whether generated text is what the request asked for. Call when the exchange has ended well.</summary>
    /// <param name="request">The request's body; empty where it is not known.</param>
    public void Check(in ReadOnlySequence<byte> request)
    {
        if (exchange is not { Counts: true, Generated: { } generated, Route.Counters: not null } || request.Length is 0 or > RelayLimits.LargestRepeatable)
        {
            return;
        }

        var isWhole = request.IsSingleSegment;
        var body = isWhole ? null : ArrayPool<byte>.Shared.Rent((int)request.Length);
        if (body is not null)
        {
            request.CopyTo(body);
        }

        var wrong = TextCheck.Of(exchange.Call, isWhole ? request.FirstSpan : body.AsSpan(0, (int)request.Length), _text.Generation);
        exchange.Generated = generated with { Events = generated.Events | wrong };
        if (body is not null)
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    public void Dispose()
    {
        _kept.Dispose();
        _text.Dispose();
    }

    private void ReadWhole(ReadOnlySpan<byte> body)
    {
        if (_text.IsOn)
        {
            _text.Read(body);
            TakeText();
        }
        else
        {
            var answers = exchange.Route.Answers;
            exchange.Prediction = answers.Read(body, _form, exchange.Rows);
            exchange.Feature = answers.DrawFeature(body, _form, exchange.Nonce, exchange.Arm);
        }
    }

    private void SeeStream(ReadOnlySpan<byte> content)
    {
        if (_text.See(content))
        {
            exchange.LastTokenAt = exchange.LastByteAt;
            if (exchange.FirstTokenAt == 0)
            {
                exchange.FirstTokenAt = exchange.LastByteAt;
            }
        }

        if (Holds)
        {
            _heldSince = _heldSince == 0 ? exchange.LastByteAt : _heldSince;
            Keep(content);
        }
    }

    private void Keep(ReadOnlySpan<byte> content)
    {
        // What is held must be whole; what is only read may be given up.
        _isLarge = _kept.Length + content.Length > (_text.IsOn && !Holds ? Generation.MostText : RelayLimits.LargestRead);
        if (!_isLarge || Holds)
        {
            _kept.Add(content);
        }
    }

    private void TakeText()
    {
        var generating = exchange.FirstTokenAt == 0 ? double.NaN : time.GetElapsedTime(exchange.FirstTokenAt, exchange.LastTokenAt).TotalSeconds;
        exchange.StateId = _text.Generation.StateId;
        exchange.Generated = GenerationFacts.Of(_text.Generation, exchange.Version.Price, generating);
    }
}
