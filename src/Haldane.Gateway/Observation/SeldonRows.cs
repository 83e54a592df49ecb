using System.Text.Json;
using Haldane.Gateway.Observation.Tensors;

namespace Haldane.Gateway.Observation;

/// <summary>Rows of a Seldon message: <c>data.ndarray</c>, or <c>data.tensor</c> with shape and values; <c>data.names</c> says which class a column is, where it names only classes.</summary>
internal sealed class SeldonRows(ClassNames classes, JsonPointer? confidence, bool readsClass, bool fromScores) : RowSource
{
    private const int MostColumns = 128;

    private static readonly JsonPointer Names = JsonPointer.Parse("/data/names/*");
    private static readonly JsonPointer Rows = JsonPointer.Parse("/data/ndarray/*");
    private static readonly JsonPointer Shape = JsonPointer.Parse("/data/tensor/shape/*");
    private static readonly JsonPointer Values = JsonPointer.Parse("/data/tensor/values/*");

    private readonly PointedRows _pointed = new(classes, readsClass ? [Rows] : [], confidence, fromScores);
    private readonly PointedRows _confidences = new(classes, [], confidence, false);

    /// <inheritdoc/>
    public override bool Read(ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows)
    {
        Span<byte> columns = stackalloc byte[MostColumns];
        scoped var names = new NameVisitor(classes, columns);
        scoped var reader = new Utf8JsonReader(body, JsonLimits.Reading);
        Names.Visit(ref reader, ref names);
        return _pointed.Read(body, names.Columns, rows)
            || (readsClass && ReadTensor(body, names.Columns, rows) && (confidence is null || _confidences.Read(body, default, rows)));
    }

    private bool ReadTensor(ReadOnlySpan<byte> body, scoped ReadOnlySpan<byte> columns, PredictionRows rows)
    {
        var shape = new ShapeVisitor();
        scoped var reader = new Utf8JsonReader(body, JsonLimits.Reading);
        if (!Shape.Visit(ref reader, ref shape) || !shape.Shape.IsValid)
        {
            return false;
        }

        scoped var values = new FoldVisitor(new(new(classes, columns), rows, shape.Shape, TensorUse.Class, fromScores));
        reader = new(body, JsonLimits.Reading);
        return Values.Visit(ref reader, ref values) && values.IsWhole;
    }

    private ref struct NameVisitor(ClassNames classes, Span<byte> columns) : IValueVisitor
    {
        private readonly Span<byte> _columns = columns;
        private int _count;
        private bool _areOther;

        public readonly ReadOnlySpan<byte> Columns => _areOther ? default : _columns[.._count];

        public void See(ref Utf8JsonReader reader)
        {
            var named = reader.TokenType == JsonTokenType.String && _count < _columns.Length ? classes.Of(ref reader) : classes.Other;
            _areOther |= named == classes.Other;
            if (!_areOther)
            {
                _columns[_count++] = (byte)named;
            }
        }

        public void Miss() => _areOther = true;
    }

    private struct ShapeVisitor() : IValueVisitor
    {
        private TensorShape _shape = TensorShape.Scalar;

        public readonly TensorShape Shape => _shape;

        public void See(ref Utf8JsonReader reader) => _shape.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var length) ? length : -1);

        public void Miss() => _shape.Add(-1);
    }

    private ref struct FoldVisitor(TensorFold fold) : IValueVisitor
    {
        private TensorFold _fold = fold;

        public readonly bool IsWhole => _fold.IsWhole;

        public void See(ref Utf8JsonReader reader) => _fold.Element(ref reader);

        public readonly void Miss()
        {
        }
    }
}
