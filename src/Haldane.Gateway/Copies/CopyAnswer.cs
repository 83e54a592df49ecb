using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Observation.Text;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Copies;

/// <summary>One version's answer to a request that was copied, as far as it is looked at.</summary>
/// <remarks>Belongs to its copy. For one thread at a time.</remarks>
internal sealed class CopyAnswer : IDisposable
{
    private const int LongestType = 256;

    private readonly KeptBytes _type = new(64, 256);
    private readonly KeptBytes _body = new(1_024, CopyLimits.LargestAnswer);

    /// <summary>How the version dealt with it.</summary>
    public Outcome Outcome { get; set; }

    /// <summary>0 where no answer came.</summary>
    public int Status { get; set; }

    /// <summary>Seconds to its last byte; not a number when it says nothing about the version's speed.</summary>
    public double Latency { get; set; }

    /// <summary>Seconds to the first byte of its body; not a number when it says nothing, or there was none.</summary>
    public double FirstToken { get; set; }

    /// <summary>What was read; null when there was nothing to read.</summary>
    public Prediction? Prediction { get; set; }

    /// <summary>The predictions, where there are several; else empty.</summary>
    public PredictionRows Rows { get; } = new();

    /// <summary>The feature that was drawn, see <see cref="AttributionReader"/>.</summary>
    public int Feature { get; set; } = AttributionReader.Unread;

    /// <summary>What its head says about its body.</summary>
    public AnswerForm Form { get; set; }

    /// <summary>What was read of generated text; null where nothing was, or it was not generated.</summary>
    public string? Text { get; set; }

    /// <summary>What is counted of generated text.</summary>
    public GenerationFacts Facts { get; set; }

    /// <summary>Whether some of the body was not kept, or it is encoded: then it cannot be compared.</summary>
    public bool IsUnknown { get; set; }

    /// <summary>Whether any of the body came.</summary>
    public bool HasBody { get; private set; }

    /// <summary>The content type.</summary>
    public ReadOnlySpan<byte> Type => _type.Span;

    public ReadOnlyMemory<byte> Body => _body.Memory;

    /// <summary>Whether a whole answer came that does not say that the version failed.</summary>
    public bool IsAnswered => Outcome == Outcome.Answered;

    /// <summary>What else happened.</summary>
    public AnswerEvents Events => Status switch
    {
        >= 400 and < 500 => AnswerEvents.Refused,
        StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent => AnswerEvents.None,
        >= 200 and < 300 when !HasBody => AnswerEvents.Empty,
        _ => Facts.Events,
    };

    /// <summary>Begins with a request.</summary>
    public void Clear()
    {
        _body.Clear();
        Rows.Clear();
        SetType(default);
        (Text, Facts, Form) = (null, new(AnswerEvents.None, AnswerValues.None), AnswerForm.Json);
        (Outcome, Status, Latency, FirstToken, IsUnknown, HasBody) = (Outcome.Broken, 0, double.NaN, double.NaN, false, false);
        (Prediction, Feature) = (null, AttributionReader.Unread);
        if (_body.Capacity > CopyLimits.UsualBuffer)
        {
            _body.Dispose();
        }
    }

    /// <summary>Keeps the content type.</summary>
    public void SetType(ReadOnlySpan<byte> type)
    {
        _type.Clear();
        _type.Add(type.Length > LongestType ? default : type);
    }

    /// <summary>Keeps a piece of the body, if there is room.</summary>
    /// <param name="content">What comes next.</param>
    /// <param name="copy">Whose answer it is.</param>
    public void Add(ReadOnlySpan<byte> content, ExchangeCopy copy)
    {
        HasBody |= !content.IsEmpty;
        if (IsUnknown || _body.Length + content.Length > CopyLimits.LargestAnswer || !copy.TryHold(content.Length))
        {
            IsUnknown = true;
            return;
        }

        _body.Add(content);
    }

    /// <summary>Forgets the body of a failed attempt.</summary>
    public void ForgetBody()
    {
        _body.Clear();
        (IsUnknown, HasBody) = (false, false);
    }

    public void Dispose()
    {
        _type.Dispose();
        _body.Dispose();
    }
}
