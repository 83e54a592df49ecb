using System.Text.Json;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Makes predictions of a tensor's elements, which come one after the other, row by row.</summary>
/// <remarks>A row of one element is a class, an index or a probability; a longer one holds scores by class, or texts of the classification extension, of which the best counts.</remarks>
/// <param name="value">The classes.</param>
/// <param name="rows">Takes the rows.</param>
/// <param name="shape">The tensor's shape.</param>
/// <param name="use">What its rows say.</param>
/// <param name="fromScores">Whether classes come with the confidence of their scores.</param>
internal ref struct TensorFold(RowValue value, PredictionRows rows, TensorShape shape, TensorUse use, bool fromScores)
{
    private const int LongestText = 256;

    private readonly RowValue _value = value;
    private Scores _scores;
    private Scored? _best;
    private Prediction _only = Prediction.Unread;
    private bool _isBroken;
    private long _column;
    private long _row;

    /// <summary>Whether all elements came that the shape promises, and no more, and all rows had room.</summary>
    public readonly bool IsWhole => !_isBroken && _column == 0 && _row == shape.Batch;

    /// <summary>An element that a reader is on.</summary>
    public void Element(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetDouble(out var number):
                Number(number);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                Truth(reader.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.String when reader.ValueSpan.Length <= LongestText:
                Span<byte> text = stackalloc byte[LongestText];
                Text(text[..reader.CopyString(text)]);
                break;
            default:
                Nothing();
                break;
        }
    }

    public void Number(double number)
    {
        if (shape.Width == 1)
        {
            _only = use == TensorUse.Confidence ? new(Prediction.Unread.Class, number is >= 0 and <= 1 ? number : null) : _value.OfNumber(number);
        }
        else
        {
            _scores.Add(number);
        }

        Next();
    }

    public void Truth(bool truth)
    {
        if (shape.Width == 1)
        {
            _only = _value.OfTruth(truth);
        }
        else
        {
            _scores.Add(truth ? 1 : 0);
        }

        Next();
    }

    public void Text(scoped ReadOnlySpan<byte> text)
    {
        var scored = _value.OfText(text);
        _best = _best?.Score >= scored.Score ? _best : scored;
        Next();
    }

    /// <summary>An element that says nothing.</summary>
    public void Nothing()
    {
        _scores.Add(double.NaN);
        Next();
    }

    private void Next()
    {
        if (++_column < shape.Width)
        {
            return;
        }

        if (_row >= shape.Batch || !Set((int)_row, Row()))
        {
            _isBroken = true;
        }

        _row++;
        _column = 0;
        (_scores, _best, _only) = (default, null, Prediction.Unread);
    }

    // Several texts without scores are several predictions, or none.
    private readonly Prediction Row() => _best is { } best
        ? _scores.Count == 0 && (shape.Width == 1 || !double.IsNaN(best.Score)) ? best.Prediction : Prediction.Unread
        : _scores.AreRead ? new(_value.ClassOf(_scores.Best), _scores.Confidence) : _only;

    private readonly bool Set(int row, Prediction prediction) => use == TensorUse.Confidence
        ? rows.SetConfidence(row, prediction.Confidence)
        : rows.SetClass(row, prediction.Class) && (!fromScores || rows.SetConfidence(row, prediction.Confidence));
}
