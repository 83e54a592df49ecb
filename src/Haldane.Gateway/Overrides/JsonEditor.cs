using System.Buffers;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Overrides;

/// <summary>Edits a JSON object while it passes, in pieces of any size, and leaves every other byte as it came.</summary>
/// <remarks>
/// Looks at structure only: how numbers are written, what texts hold and what is wrong inside a value that is not edited is the version's to judge. Where two readers could see different members it
/// leaves no doubt: of a repeated member each occurrence is edited, also one that differs in case only or is written with escapes. Holds back at most <see cref="MostHeld"/> bytes: a member's name, and a
/// first message until its role is known. Used again for document after document; for one thread.
/// </remarks>
internal sealed partial class JsonEditor : IDisposable
{
    /// <summary>Deeper documents are at fault.</summary>
    public const int MostDepth = 256;

    /// <summary>Names, and first messages whose role stands behind their content, are at fault past this.</summary>
    public const int MostHeld = 1 << 20;

    // The body, three more on a parameter's way, or a message.
    private const int MostFrames = 4;

    private static readonly SearchValues<byte> Scalar = SearchValues.Create("0123456789+-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> Flat = SearchValues.Create(" \t\r\n,:0123456789+-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private readonly KeptBytes _held = new(1_024, MostHeld);
    private readonly Frame[] _frames = new Frame[MostFrames];
    private readonly ulong[] _isObject = new ulong[MostDepth / 64];
    private KeptBytes _to = null!;
    private int _frame;
    private int _depth;
    private State _state;
    private Sink _sink;
    private bool _isEscaped;
    private int _at;
    private int _run;
    private int _nameAt;

    // What is done to the member whose value comes or has come.
    private MemberAction _action;
    private MemberEdit? _member;

    private enum State
    {
        Start,
        FirstName,
        NextName,
        Name,
        Colon,
        Value,
        Text,
        Word,
        Nested,
        NestedText,
        AfterValue,
        FirstElement,
        End,
        Bad,
    }

    private enum Sink
    {
        Pass,
        Hold,
        Drop,
    }

    // An object that is edited.
    private struct Frame
    {
        public ObjectEdits Edits;
        public ulong Seen;
        public bool HasMembers;
    }

    /// <summary>Begins with a document.</summary>
    public void Begin(ObjectEdits edits)
    {
        _held.Clear();
        (_frame, _depth, _state, _sink, _isEscaped, _message) = (0, 0, State.Start, Sink.Pass, false, Message.None);
        _frames[0] = new() { Edits = edits };
    }

    /// <summary>Edits the next piece.</summary>
    /// <param name="input">It.</param>
    /// <param name="to">Gets what can be sent.</param>
    /// <returns>Whether it can still be edited; if not, nothing that was written is of use.</returns>
    public bool Write(ReadOnlySpan<byte> input, KeptBytes to)
    {
        (_at, _run, _to) = (0, 0, to);
        while (_at < input.Length && _state != State.Bad)
        {
            Step(input);
        }

        if (_state == State.Bad)
        {
            return false;
        }

        Turn(input, _sink);
        return _state != State.Bad;
    }

    /// <summary>Whether the document has ended where it should.</summary>
    public bool End() => _state == State.End;

    /// <summary>Gives a large buffer back; it may be used again.</summary>
    public void Rest()
    {
        if (_held.Capacity > Http1.RelayLimits.LargestRead)
        {
            _held.Dispose();
        }
    }

    public void Dispose() => _held.Dispose();

    private void Step(ReadOnlySpan<byte> input)
    {
        switch (_state)
        {
            case State.Name or State.Text or State.NestedText:
                PassText(input);
                return;
            case State.Word:
                PassWord(input);
                return;
            case State.Nested:
                PassNested(input);
                return;
        }

        var blanks = input[_at..].IndexOfAnyExcept(" \t\r\n"u8);
        _at = blanks < 0 ? input.Length : _at + blanks;
        if (blanks < 0)
        {
            return;
        }

        var b = input[_at];
        switch (_state)
        {
            case State.Start when b == '{':
                _at++;
                _state = State.FirstName;
                break;
            case State.FirstName or State.NextName when b == '"':
                BeginName(input);
                break;
            case State.FirstName or State.AfterValue when b == '}':
                CloseObject(input);
                break;
            case State.Colon when b == ':':
                _at++;
                _state = State.Value;
                break;
            case State.Value:
                BeginValue(input, b);
                break;
            case State.AfterValue when b == ',':
                // With what follows up to the name: it goes with the member if that is removed.
                HoldFrom(input);
                _at++;
                _state = State.NextName;
                break;
            case State.FirstElement:
                BeginElement(input, b);
                break;
            default:
                _state = State.Bad;
                break;
        }
    }

    // Writes bytes of ours where the document stands.
    private void Put(ReadOnlySpan<byte> input, ReadOnlySpan<byte> bytes)
    {
        Turn(input, Sink.Pass);
        _to.Add(bytes);
    }

    private void HoldFrom(ReadOnlySpan<byte> input) => Turn(input, Sink.Hold);

    // What came since the last turn goes where it belongs; what comes from here on may go elsewhere.
    private void Turn(ReadOnlySpan<byte> input, Sink sink)
    {
        var bytes = input[_run.._at];
        if (_sink == Sink.Pass)
        {
            _to.Add(bytes);
        }
        else if (_sink == Sink.Hold)
        {
            if (_held.Length + bytes.Length > MostHeld)
            {
                _state = State.Bad;
                return;
            }

            _held.Add(bytes);
        }

        (_run, _sink) = (_at, sink);
    }
}
