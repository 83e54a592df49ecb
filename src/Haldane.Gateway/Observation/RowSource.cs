using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>Where the predictions of an answer stand, if there may be several. Immutable; any number of threads.</summary>
internal abstract class RowSource
{
    /// <summary>How JSON is read.</summary>
    /// <summary>Reads all rows.</summary>
    /// <param name="body">The body of the answer.</param>
    /// <param name="form">What its head says.</param>
    /// <param name="rows">Takes them; empty before.</param>
    /// <returns>Whether the answer could be read; a row may lack its class all the same.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">A text in it is no text.</exception>
    public abstract bool Read(ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows);
}

/// <summary>Rows that pointers find in JSON.</summary>
/// <param name="classes">The classes.</param>
/// <param name="predictions">Where the classes may stand; the first place that is there counts. Empty: they are not read.</param>
/// <param name="confidence">Where the confidences stand; null: nowhere.</param>
/// <param name="fromScores">Whether the confidence is that of the scores that the class was told by.</param>
internal sealed class PointedRows(ClassNames classes, JsonPointer[] predictions, JsonPointer? confidence, bool fromScores) : RowSource
{
    /// <inheritdoc/>
    public override bool Read(ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows) =>
        form.TryPart(body, out var json, out _) && Read(json, default, rows);

    /// <summary>Reads all rows.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="columns">See <see cref="RowValue"/>.</param>
    /// <param name="rows">Takes them.</param>
    public bool Read(ReadOnlySpan<byte> json, scoped ReadOnlySpan<byte> columns, PredictionRows rows)
    {
        var isThere = predictions.Length == 0;
        foreach (var prediction in predictions)
        {
            scoped var visitor = new ClassVisitor(new(classes, columns), rows, fromScores);
            scoped var reader = new Utf8JsonReader(json, JsonLimits.Reading);
            isThere = prediction.Visit(ref reader, ref visitor);
            if (isThere && visitor.IsFull)
            {
                return false;
            }

            if (isThere)
            {
                break;
            }
        }

        return isThere && (confidence is null || ReadConfidence(json, confidence, rows) || predictions.Length > 0);
    }

    private bool ReadConfidence(ReadOnlySpan<byte> json, JsonPointer pointer, PredictionRows rows)
    {
        scoped var visitor = new ConfidenceVisitor(new(classes, default), rows);
        scoped var reader = new Utf8JsonReader(json, JsonLimits.Reading);
        return pointer.Visit(ref reader, ref visitor);
    }

    private ref struct ClassVisitor(RowValue value, PredictionRows rows, bool fromScores) : IValueVisitor
    {
        private readonly RowValue _value = value;
        private int _row;

        public bool IsFull { get; private set; }

        public void See(ref Utf8JsonReader reader)
        {
            if (IsFull)
            {
                return;
            }

            var read = _value.Read(ref reader);
            IsFull = !rows.SetClass(_row, read.Class);
            if (fromScores && !IsFull)
            {
                rows.SetConfidence(_row, read.Confidence);
            }

            _row++;
        }

        public void Miss() => IsFull |= !rows.SetClass(_row++, Prediction.Unread.Class);
    }

    private ref struct ConfidenceVisitor(RowValue value, PredictionRows rows) : IValueVisitor
    {
        private readonly RowValue _value = value;
        private int _row;

        public void See(ref Utf8JsonReader reader) => rows.SetConfidence(_row++, AnswerReader.ConfidenceOf(_value, ref reader));

        public void Miss() => rows.SetConfidence(_row++, null);
    }
}
