using System.Text.Json;
using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>What a caller asks: some payments and, if it was sent, the id to give back.</summary>
internal sealed class InferRequest
{
    /// <summary>The largest batch taken.</summary>
    public const int MaximumBatch = 256;

    private readonly InputSet _inputs = new();

    private InferRequest() { }

    /// <summary>The caller's own id of the request.</summary>
    public string? Id { get; private set; }

    /// <summary>The payments, in the order of the inputs; at least one.</summary>
    public ReadOnlySpan<Payment> Payments => _inputs.Payments;

    /// <summary>Reads the JSON body of an infer call; if it cannot, says all that is wrong with it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out InferRequest request, out string mistake)
    {
        request = new();
        try
        {
            var reader = new Utf8JsonReader(body);
            request.Read(ref reader);
            mistake = request._inputs.Mistakes();
        }
        catch (JsonException error)
        {
            mistake = $"the body is not JSON: {error.Message}";
        }
        catch (InvalidOperationException error) // the reader's word for a string that is not text
        {
            mistake = $"the body is not valid UTF-8: {error.Message}";
        }

        return mistake.Length == 0;
    }

    private void Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _inputs.Mistake("the body must be a JSON object");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                ReadId(ref reader);
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                reader.Read();
                ReadInputs(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // The reader says whether the rest is empty: a second value after the first is not JSON.
        reader.Read();
    }

    private void ReadId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Id = reader.GetString();
            return;
        }

        _inputs.Mistake("'id' must be a string");
        reader.Skip();
    }

    private void ReadInputs(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            _inputs.Mistake("'inputs' must be an array");
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                _inputs.Add(InputTensor.Read(ref reader));
            }
            else
            {
                _inputs.Mistake("each of 'inputs' must be an object");
                reader.Skip();
            }
        }
    }
}

/// <summary>One input as it stands in the body; its data is read later, when its name is known.</summary>
internal readonly ref struct InputTensor
{
    public string? Name { get; private init; }

    public string? Datatype { get; private init; }

    /// <summary>The number of rows; -1 if the shape is missing or neither [n] nor [n,1].</summary>
    public int Rows { get; private init; }

    /// <summary>Stands on the first token of the data; on none if there is no data.</summary>
    public Utf8JsonReader Data { get; private init; }

    /// <summary>Reads the object that the reader stands on, up to its end.</summary>
    public static InputTensor Read(ref Utf8JsonReader reader)
    {
        string? name = null, datatype = null;
        var rows = -1;
        Utf8JsonReader data = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                reader.Read();
                datatype = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                reader.Read();
                rows = ReadRows(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = reader;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return new() { Name = name, Datatype = datatype, Rows = rows, Data = data };
    }

    // The words that are always sent are not copied anew for each request.
    private static string? ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        return reader.ValueTextEquals("amount"u8) ? InputSet.Amount
            : reader.ValueTextEquals("country"u8) ? InputSet.Country
            : reader.ValueTextEquals("device"u8) ? InputSet.Device
            : reader.ValueTextEquals("FP64"u8) ? InputSet.Fp64
            : reader.ValueTextEquals("BYTES"u8) ? InputSet.Bytes
            : reader.GetString();
    }

    private static int ReadRows(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return -1;
        }

        var (dimensions, rows) = (0, -1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var isNumber = reader.TokenType == JsonTokenType.Number;
            var size = isNumber && reader.TryGetInt32(out var read) ? read : -1;
            reader.Skip();
            rows = dimensions++ switch
            {
                0 => size,
                1 when size == 1 => rows,
                _ => -1,
            };
        }

        return rows;
    }
}
