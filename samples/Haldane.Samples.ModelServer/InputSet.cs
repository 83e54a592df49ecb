using System.Text.Json;
using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>Puts the three inputs of a request together to payments and collects what is wrong with them. One request, one thread.</summary>
internal sealed class InputSet
{
    public const string Amount = "amount";
    public const string Country = "country";
    public const string Device = "device";
    public const string Fp64 = "FP64";
    public const string Bytes = "BYTES";

    private const string Known = "expected amount (FP64), country (BYTES) and device (BYTES)";

    private Payment[] _payments = [];
    private bool _amount, _country, _device;
    private List<string>? _mistakes;

    public ReadOnlySpan<Payment> Payments => _payments;

    /// <summary>Notes something that is wrong.</summary>
    public void Mistake(string text) => (_mistakes ??= []).Add(text);

    /// <summary>All that is wrong, now that everything was read; empty if nothing.</summary>
    public string Mistakes()
    {
        if (!_amount || !_country || !_device)
        {
            Missing(_amount, Amount);
            Missing(_country, Country);
            Missing(_device, Device);
        }

        return _mistakes is null ? "" : string.Join("; ", _mistakes);
    }

    /// <summary>Takes one input.</summary>
    public void Add(in InputTensor tensor)
    {
        switch (tensor.Name)
        {
            case Amount when IsNew(ref _amount, tensor) && IsSound(tensor, Fp64):
                Fill(tensor, SetAmount);
                break;
            case Country when IsNew(ref _country, tensor) && IsSound(tensor, Bytes):
                Fill(tensor, SetCountry);
                break;
            case Device when IsNew(ref _device, tensor) && IsSound(tensor, Bytes):
                Fill(tensor, SetDevice);
                break;
            case Amount or Country or Device:
                break; // the mistake was noted
            default:
                Mistake($"unknown input '{tensor.Name}'; {Known}");
                break;
        }
    }

    private delegate bool Setter(ref Payment payment, ref Utf8JsonReader value);

    private static bool SetAmount(ref Payment payment, ref Utf8JsonReader value)
    {
        if (value.TokenType != JsonTokenType.Number || !value.TryGetDouble(out var amount) || !(amount > 0.0 && double.IsFinite(amount)))
        {
            return false;
        }

        payment = payment with { Amount = amount };
        return true;
    }

    private static bool SetCountry(ref Payment payment, ref Utf8JsonReader value)
    {
        var index = value.TokenType != JsonTokenType.String ? -1
            : value.ValueTextEquals("MY"u8) ? (int)Samples.Payments.Country.Malaysia
            : value.ValueTextEquals("SG"u8) ? (int)Samples.Payments.Country.Singapore
            : value.ValueTextEquals("ID"u8) ? (int)Samples.Payments.Country.Indonesia
            : -1;
        payment = payment with { Country = (Country)index };
        return index >= 0;
    }

    private static bool SetDevice(ref Payment payment, ref Utf8JsonReader value)
    {
        var index = value.TokenType != JsonTokenType.String ? -1
            : value.ValueTextEquals("phone"u8) ? (int)Samples.Payments.Device.Phone
            : value.ValueTextEquals("web"u8) ? (int)Samples.Payments.Device.Web
            : value.ValueTextEquals("terminal"u8) ? (int)Samples.Payments.Device.Terminal
            : -1;
        payment = payment with { Device = (Device)index };
        return index >= 0;
    }

    private static string Wanted(string? name) => name switch
    {
        Amount => "a number above 0",
        Country => "\"MY\", \"SG\" or \"ID\"",
        _ => "\"phone\", \"web\" or \"terminal\"",
    };

    private void Missing(bool seen, string name)
    {
        if (!seen)
        {
            Mistake($"input '{name}' is missing");
        }
    }

    private bool IsNew(ref bool seen, in InputTensor tensor)
    {
        if (seen)
        {
            Mistake($"input '{tensor.Name}' is given twice");
            return false;
        }

        return seen = true;
    }

    private bool IsSound(in InputTensor tensor, string datatype)
    {
        if (tensor.Datatype != datatype)
        {
            Mistake($"input '{tensor.Name}' has datatype '{tensor.Datatype}'; it must be {datatype}");
            return false;
        }

        if (tensor.Rows is < 1 or > InferRequest.MaximumBatch)
        {
            Mistake($"input '{tensor.Name}' needs a shape of [n] or [n,1] with n from 1 to {InferRequest.MaximumBatch}");
            return false;
        }

        if (_payments.Length == 0)
        {
            _payments = new Payment[tensor.Rows];
        }

        if (_payments.Length != tensor.Rows)
        {
            Mistake($"input '{tensor.Name}' has {tensor.Rows} rows, another input {_payments.Length}; all must have the same");
            return false;
        }

        return true;
    }

    // Data may be flat or nested to any depth: only the values count, in their order.
    private void Fill(in InputTensor tensor, Setter set)
    {
        var (rows, depth) = (0, 0);
        var data = tensor.Data; // a copy: reading on does not move the original
        if (data.TokenType != JsonTokenType.StartArray)
        {
            Mistake($"input '{tensor.Name}' needs an array as data");
            return;
        }

        do
        {
            if (data.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                depth += data.TokenType == JsonTokenType.StartArray ? 1 : -1;
                continue;
            }

            if (rows < _payments.Length && !set(ref _payments[rows], ref data))
            {
                Mistake($"input '{tensor.Name}' at row {rows} must be {Wanted(tensor.Name)}");
                return;
            }

            rows++;
        }
        while (depth > 0 && data.Read());

        if (rows != _payments.Length)
        {
            Mistake($"input '{tensor.Name}' has {rows} values for {_payments.Length} rows");
        }
    }
}
