namespace Haldane.Gateway.Observation;

/// <summary>What the head of an answer says about its body.</summary>
internal readonly struct AnswerForm
{
    // A larger number is no length of a body that is read.
    private const int MostDigits = 9;

    private readonly int _json;

    private AnswerForm(int json, bool isGrpc) => (_json, IsGrpc) = (json, isGrpc);

    /// <summary>JSON from its first byte to its last.</summary>
    public static AnswerForm Json => default;

    /// <summary>A message of gRPC.</summary>
    public static AnswerForm Grpc => new(0, true);

    /// <summary>Whether it is a message of gRPC.</summary>
    public bool IsGrpc { get; }

    /// <summary>JSON with tensors behind it, as the binary extension of the Open Inference Protocol has it.</summary>
    /// <param name="inferenceLength">The value of <c>Inference-Header-Content-Length</c>; empty without one.</param>
    public static AnswerForm Of(ReadOnlySpan<byte> inferenceLength)
    {
        if (inferenceLength.IsEmpty)
        {
            return Json;
        }

        var length = 0;
        foreach (var digit in inferenceLength.Length > MostDigits ? "-"u8 : inferenceLength)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return new(-1, false);
            }

            length = 10 * length + digit - '0';
        }

        return length == 0 ? new(-1, false) : new(length, false);
    }

    /// <summary>Parts a body.</summary>
    /// <param name="body">All of it.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="tensors">What is behind it.</param>
    /// <returns>False when it is shorter than its head says.</returns>
    public bool TryPart(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> json, out ReadOnlySpan<byte> tensors)
    {
        json = body;
        tensors = default;
        if (_json == 0)
        {
            return true;
        }

        if (_json < 0 || _json > body.Length)
        {
            return false;
        }

        json = body[.._json];
        tensors = body[_json..];
        return true;
    }
}
