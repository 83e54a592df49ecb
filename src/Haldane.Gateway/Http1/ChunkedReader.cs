namespace Haldane.Gateway.Http1;

/// <summary>What a step of a <see cref="ChunkedReader"/> came to.</summary>
internal enum ChunkStep
{
    /// <summary>All that was given is consumed; the body goes on.</summary>
    More,

    /// <summary>A piece of content was found.</summary>
    Content,

    /// <summary>The body has ended; what follows belongs to the next message.</summary>
    End,

    /// <summary>The body cannot be read in one way only; see <see cref="ChunkedReader.Fault"/>.</summary>
    Bad,
}

/// <summary>Takes the chunked coding off a body, piece by piece (RFC 9112, section 7.1).</summary>
/// <remarks>
/// Strict: line ends are CRLF, sizes are hexadecimal digits without sign or blank, extensions follow their grammar and are dropped, trailers are checked like fields. Holds no bytes but those
/// of trailers. Used again for body after body; for one thread.
/// </remarks>
internal sealed class ChunkedReader
{
    /// <summary>Extensions of one body, in bytes: more are refused, since their sender pays nothing for them.</summary>
    public const int MostExtensions = 4_096;

    /// <summary>Larger trailers are a fault.</summary>
    public const int LargestTrailers = 8 * 1024;

    // 15 hexadecimal digits cannot overflow.
    private const int MostDigits = 15;

    private State _state;
    private long _left;
    private int _digits;
    private int _extensions;
    private byte[] _trailers = [];
    private int _trailersLength;

    private enum State
    {
        Size,
        AfterSize,
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Token,
        Quoted,
        Escaped,
        QuotedEnd,
        AfterValue,
        SizeEnd,
        Content,
        ContentEnd,
        ContentEndLine,
        Trailers,
        Done,
        Bad,
    }

    /// <summary>What is wrong when a step was <see cref="ChunkStep.Bad"/>; null before.</summary>
    public string? Fault { get; private set; }

    /// <summary>The trailer fields, after the end; without the blank line.</summary>
    public ReadOnlySpan<byte> Trailers => _trailers.AsSpan(0, Math.Max(0, _trailersLength - 2));

    /// <summary>The trailer fields' table, valid after the end when there are <see cref="Trailers"/>.</summary>
    public FieldTable TrailerFields { get; } = new();

    /// <summary>What the end of a body may take: the last chunk, and trailers with their line ends.</summary>
    public static int MostEnd(ChunkedReader? chunks) => 8 + (chunks is { Trailers.IsEmpty: false } ? chunks.Trailers.Length + 2 * chunks.TrailerFields.Count : 0);

    /// <summary>Begins a new body.</summary>
    public void Clear()
    {
        (_state, _left, _digits, _extensions, _trailersLength, Fault) = (State.Size, 0, 0, 0, 0, null);
    }

    /// <summary>One step: up to a piece of content, the end, or the end of what was given.</summary>
    /// <param name="input">What follows that which earlier steps consumed.</param>
    /// <param name="consumed">How much of it this step is done with, content included.</param>
    /// <param name="content">Where in the input the content lies, with <see cref="ChunkStep.Content"/>.</param>
    public ChunkStep Step(ReadOnlySpan<byte> input, out int consumed, out Range content)
    {
        content = default;
        consumed = 0;
        while (consumed < input.Length && _state is not (State.Done or State.Bad))
        {
            if (_state == State.Content)
            {
                var length = (int)Math.Min(_left, input.Length - consumed);
                content = consumed..(consumed + length);
                consumed += length;
                _left -= length;
                _state = _left == 0 ? State.ContentEnd : State.Content;
                return ChunkStep.Content;
            }

            if (_state == State.Trailers)
            {
                TakeTrailers(input, ref consumed);
                continue;
            }

            var b = input[consumed++];
            _state = _state is State.Size or State.AfterSize or State.SizeEnd or State.ContentEnd or State.ContentEndLine ? Frame(b) : Extension(b);
        }

        return _state switch
        {
            State.Done => ChunkStep.End,
            State.Bad => ChunkStep.Bad,
            _ => ChunkStep.More,
        };
    }

    private State Frame(byte b)
    {
        switch (_state)
        {
            case State.Size when Digit(b) is >= 0 and var digit:
                _left = 16 * _left + digit;
                return ++_digits > MostDigits ? Refuse("a chunk's size is too long") : State.Size;
            case State.Size or State.AfterSize:
                if (_digits == 0)
                {
                    return Refuse("a chunk does not begin with its size");
                }

                return b switch
                {
                    HttpSyntax.Cr when _state == State.Size => State.SizeEnd,
                    (byte)';' => Counted(State.BeforeName),
                    HttpSyntax.Space or HttpSyntax.Tab => Counted(State.AfterSize),
                    _ => Refuse("a chunk's size is not a hexadecimal number"),
                };
            case State.SizeEnd:
                return b != HttpSyntax.Lf ? Refuse("a chunk's size is followed by a bare carriage return") : _left > 0 ? State.Content : State.Trailers;
            case State.ContentEnd:
                return b == HttpSyntax.Cr ? State.ContentEndLine : Refuse("a chunk is longer than its size");
            default:
                (_left, _digits) = (0, 0);
                return b == HttpSyntax.Lf ? State.Size : Refuse("a chunk is followed by a bare carriage return");
        }
    }

    // *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ), section 7.1.1. Blanks are legal in front of a semicolon or an equals sign only.
    private State Extension(byte b)
    {
        var isBlank = b is HttpSyntax.Space or HttpSyntax.Tab;
        switch (_state)
        {
            case State.BeforeName:
                return isBlank ? Counted(State.BeforeName) : HttpSyntax.IsTokenByte(b) ? Counted(State.Name) : Refuse("a chunk's extension has no name");
            case State.Name when HttpSyntax.IsTokenByte(b):
                return Counted(State.Name);
            case State.Name or State.AfterName when b == '=':
                return Counted(State.BeforeValue);
            case State.BeforeValue:
                return isBlank ? Counted(State.BeforeValue)
                    : b == '"' ? Counted(State.Quoted)
                    : HttpSyntax.IsTokenByte(b) ? Counted(State.Token)
                    : Refuse("a chunk's extension has no value");
            case State.Token when HttpSyntax.IsTokenByte(b):
                return Counted(State.Token);
            case State.Quoted:
                return b == '\\' ? Counted(State.Escaped)
                    : b == '"' ? Counted(State.QuotedEnd)
                    : HttpSyntax.IsFieldByte(b) ? Counted(State.Quoted)
                    : Refuse("a chunk's extension holds a control character");
            case State.Escaped:
                return HttpSyntax.IsFieldByte(b) ? Counted(State.Quoted) : Refuse("a chunk's extension holds a control character");
            default:
                return b switch
                {
                    HttpSyntax.Cr when _state is State.Name or State.Token or State.QuotedEnd => State.SizeEnd,
                    (byte)';' => Counted(State.BeforeName),
                    _ when isBlank => Counted(_state is State.Name or State.AfterName ? State.AfterName : State.AfterValue),
                    _ => Refuse("a chunk's extension is malformed"),
                };
        }
    }

    private State Counted(State next) => ++_extensions > MostExtensions ? Refuse("the chunks' extensions are too large") : next;

    private State Refuse(string fault)
    {
        Fault = fault;
        return State.Bad;
    }

    private void TakeTrailers(ReadOnlySpan<byte> input, ref int consumed)
    {
        var line = input[consumed..].IndexOf(HttpSyntax.Lf);
        var part = line < 0 ? input[consumed..] : input.Slice(consumed, line + 1);
        if (_trailersLength + part.Length > LargestTrailers)
        {
            _state = Refuse("the trailers are too large");
            return;
        }

        if (_trailersLength + part.Length > _trailers.Length)
        {
            Array.Resize(ref _trailers, LargestTrailers);
        }

        part.CopyTo(_trailers.AsSpan(_trailersLength));
        _trailersLength += part.Length;
        consumed += part.Length;
        if (line < 0)
        {
            return;
        }

        var all = _trailers.AsSpan(0, _trailersLength);
        if (all.Length < 2 || all[^2] != HttpSyntax.Cr)
        {
            _state = Refuse("a trailer ends without a carriage return");
        }
        else if (all.Length == 2 || all[^3] == HttpSyntax.Lf)
        {
            var fault = TrailerFields.Read(all, 0, all.Length - 2);
            _state = fault != HeadFault.None ? Refuse($"in the trailers, {fault.Said()}") : IsFramed() ? Refuse("a trailer frames or routes the message") : State.Done;
        }
    }

    // RFC 9110, section 6.5.1: these are acted on before the body, so they mean something else to whoever joins trailers with the head.
    private bool IsFramed() => TrailerFields.Hosts > 0 || TrailerFields.IsChunked || TrailerFields.ContentLength >= 0;

    private static int Digit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
