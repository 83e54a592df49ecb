namespace Haldane.Gateway.Overrides;

/// <content>Members of objects that are edited.</content>
internal sealed partial class JsonEditor
{
    private void BeginName(ReadOnlySpan<byte> input)
    {
        Turn(input, Sink.Hold);
        _nameAt = _held.Length;
        _at++;
        _state = State.Name;
    }

    private void EndName(ReadOnlySpan<byte> input)
    {
        Turn(input, Sink.Hold);
        if (_state == State.Bad)
        {
            return;
        }

        _state = State.Colon;
        Span<byte> name = stackalloc byte[1_024];
        if (!JsonNames.TryResolve(_held.Span[(_nameAt + 1)..^1], name, out var length))
        {
            _state = State.Bad;
            return;
        }

        (_action, _member) = (MemberAction.Keep, null);
        if (_message != Message.None && !EndMessageName(length < 0 ? default : name[..length]))
        {
            return;
        }

        ref var frame = ref _frames[_frame];
        var isExact = false;
        var index = length < 0 ? -1 : frame.Edits.Find(name[..length], out isExact);
        if (index >= 0)
        {
            _member = frame.Edits.Members[index];
            _action = _member.Action;
            frame.Seen |= isExact ? 1UL << index : 0;
        }

        if (_action == MemberAction.Remove)
        {
            _held.Clear();
            _sink = Sink.Drop;
            return;
        }

        // Of a first member that was removed, the comma is left over.
        var held = _held.Span;
        _to.Add(held[0] == ',' && !frame.HasMembers ? held[1..] : held);
        _held.Clear();
        (frame.HasMembers, _sink) = (true, Sink.Pass);
    }

    private void BeginValue(ReadOnlySpan<byte> input, byte b)
    {
        switch (_action)
        {
            case MemberAction.Set:
                Put(input, _member!.Value);
                _sink = Sink.Drop;
                break;
            case MemberAction.Edit when b == '{':
                _frames[++_frame] = new() { Edits = _member!.Inside! };
                _at++;
                _state = State.FirstName;
                return;
            case MemberAction.Prompt when b == '[':
                _prompt = _member!;
                _at++;
                _state = State.FirstElement;
                return;
            case MemberAction.Edit when b == 'n' && _member!.Value.Length > 0:
                Put(input, _member.Value);
                _sink = Sink.Drop;
                break;
            case MemberAction.Edit or MemberAction.Prompt when b != 'n':
                // What the version makes of such a value nobody knows.
                _state = State.Bad;
                return;
        }

        if (_message == Message.Unknown)
        {
            Turn(input, Sink.Hold);
            MarkMessageValue();
        }

        switch (b)
        {
            case (byte)'"':
                _at++;
                _state = State.Text;
                break;
            case (byte)'{' or (byte)'[':
                Open(b == '{');
                break;
            default:
                _state = Scalar.Contains(b) ? State.Word : State.Bad;
                break;
        }
    }

    private void EndValue(ReadOnlySpan<byte> input)
    {
        _state = State.AfterValue;
        if (_sink == Sink.Drop)
        {
            Turn(input, Sink.Pass);
        }
        else if (_message == Message.Unknown)
        {
            Turn(input, Sink.Hold);
            EndMessageValue();
        }
    }

    private void CloseObject(ReadOnlySpan<byte> input)
    {
        if (_message == Message.Unknown)
        {
            Turn(input, Sink.Hold);
            ReleaseOther();
        }

        Turn(input, Sink.Pass);
        ref var frame = ref _frames[_frame];
        for (var i = 0; _message != Message.Other && i < frame.Edits.Members.Length; i++)
        {
            var added = frame.Edits.Members[i].Added;
            if ((frame.Seen & (1UL << i)) != 0 || added.IsEmpty)
            {
                continue;
            }

            if (frame.HasMembers)
            {
                _to.Add(","u8);
            }

            _to.Add(added);
            frame.HasMembers = true;
        }

        _at++;
        if (_message != Message.None)
        {
            EndMessage();
            return;
        }

        _state = --_frame < 0 ? State.End : State.AfterValue;
    }
}
