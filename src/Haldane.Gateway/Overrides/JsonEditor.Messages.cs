namespace Haldane.Gateway.Overrides;

/// <content>The system prompt in a list of messages: in the place of the first message's content if that is a system prompt, else in a message of its own in front of it.</content>
internal sealed partial class JsonEditor
{
    private static readonly ObjectEdits MessageNames = new([MemberEdit.Set("role", "0"), MemberEdit.Set("content", "0")]);

    private MemberEdit _prompt = null!;
    private Message _message;
    private int _roleAt;
    private int _contentAt;
    private int _contentEnd;

    // The first message, while it passes.
    private enum Message
    {
        None,

        // Held until its role is known.
        Unknown,
        System,

        // It has ended, or passes like any other value.
        Other,
    }

    private void BeginElement(ReadOnlySpan<byte> input, byte b)
    {
        switch (b)
        {
            case (byte)']':
                // Without messages there is no conversation; Ollama takes it for a wish to load the model.
                _at++;
                _action = MemberAction.Keep;
                _state = State.AfterValue;
                break;
            case (byte)'{':
                HoldFrom(input);
                _at++;
                _frames[++_frame] = new() { Edits = _prompt.Inside! };
                (_message, _roleAt, _contentAt, _contentEnd) = (Message.Unknown, -1, -1, -1);
                _state = State.FirstName;
                break;
            default:
                Turn(input, Sink.Pass);
                AddMessage();
                PassRest(depth: 1);
                break;
        }
    }

    // Whether the name is looked up among the edits too.
    private bool EndMessageName(ReadOnlySpan<byte> name)
    {
        var index = MessageNames.Find(name, out _);
        if (_message == Message.System)
        {
            // A second role: the readers of the document could differ about whose message it is.
            _state = index == 0 ? State.Bad : _state;
            return index != 0;
        }

        switch (index)
        {
            case 0:
                _roleAt = 0;
                break;
            case 1 when _contentAt >= 0:
                _state = State.Bad;
                break;
            case 1:
                _contentAt = 0;
                break;
        }

        return false;
    }

    // Where in what is held the value begins.
    private void MarkMessageValue()
    {
        _roleAt = _roleAt == 0 ? _held.Length : _roleAt;
        _contentAt = _contentAt == 0 ? _held.Length : _contentAt;
    }

    private void EndMessageValue()
    {
        if (_state == State.Bad)
        {
            return;
        }

        if (_contentAt >= 0 && _contentEnd < 0)
        {
            _contentEnd = _held.Length;
        }

        if (_roleAt < 0)
        {
            return;
        }

        if (!IsPrompt(_held.Span[_roleAt..]))
        {
            ReleaseOther();
            PassRest(depth: 2);
            return;
        }

        ref var frame = ref _frames[_frame];
        if (_contentAt >= 0)
        {
            _to.Add(_held.Span[.._contentAt]);
            _to.Add(_prompt.Value);
            _to.Add(_held.Span[_contentEnd..]);
            frame.Seen = 1;
        }
        else
        {
            _to.Add(_held.Span);
        }

        _held.Clear();
        frame.HasMembers = true;
        (_message, _sink) = (Message.System, Sink.Pass);
    }

    private static bool IsPrompt(ReadOnlySpan<byte> role)
    {
        Span<byte> resolved = stackalloc byte[1_024];
        return role[0] == '"'
            && JsonNames.TryResolve(role[1..^1], resolved, out var length)
            && length > 0
            && (resolved[..length].SequenceEqual("system"u8) || resolved[..length].SequenceEqual("developer"u8));
    }

    // It is not a system prompt: ours goes in front of it.
    private void ReleaseOther()
    {
        if (_state == State.Bad)
        {
            return;
        }

        AddMessage();
        _to.Add(_held.Span);
        _held.Clear();
        (_message, _sink) = (Message.Other, Sink.Pass);
    }

    private void AddMessage()
    {
        _to.Add("{\"role\":\"system\",\"content\":"u8);
        _to.Add(_prompt.Value);
        _to.Add("},"u8);
    }

    private void EndMessage() => PassRest(depth: 1);

    // What is left of the list: of its first message too, when that is still open.
    private void PassRest(int depth)
    {
        if (_message != Message.None)
        {
            _frame--;
        }

        (_message, _action, _depth, _state) = (Message.None, MemberAction.Keep, 0, State.Nested);
        Push(isObject: false);
        if (depth == 2)
        {
            Push(isObject: true);
        }
    }
}
