namespace Haldane.Gateway.Overrides;

/// <content>How values pass that are not looked into.</content>
internal sealed partial class JsonEditor
{
    private void PassText(ReadOnlySpan<byte> input)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            _at++;
            return;
        }

        var special = input[_at..].IndexOfAny((byte)'"', (byte)'\\');
        if (special < 0)
        {
            _at = input.Length;
            return;
        }

        _at += special + 1;
        if (input[_at - 1] == '\\')
        {
            _isEscaped = true;
            return;
        }

        switch (_state)
        {
            case State.Name:
                EndName(input);
                break;
            case State.Text:
                EndValue(input);
                break;
            default:
                _state = State.Nested;
                break;
        }
    }

    private void PassWord(ReadOnlySpan<byte> input)
    {
        var end = input[_at..].IndexOfAnyExcept(Scalar);
        if (end < 0)
        {
            _at = input.Length;
            return;
        }

        _at += end;
        EndValue(input);
    }

    private void PassNested(ReadOnlySpan<byte> input)
    {
        var special = input[_at..].IndexOfAnyExcept(Flat);
        if (special < 0)
        {
            _at = input.Length;
            return;
        }

        _at += special;
        switch (input[_at])
        {
            case (byte)'"':
                _at++;
                _state = State.NestedText;
                break;
            case (byte)'{':
                Open(isObject: true);
                break;
            case (byte)'[':
                Open(isObject: false);
                break;
            case (byte)'}':
                Close(input, isObject: true);
                break;
            case (byte)']':
                Close(input, isObject: false);
                break;
            default:
                // E.g. a comment: readers that know such things and others would see different documents.
                _state = State.Bad;
                break;
        }
    }

    private void Open(bool isObject)
    {
        if (_depth + _frame == MostDepth)
        {
            _state = State.Bad;
            return;
        }

        _at++;
        Push(isObject);
        _state = State.Nested;
    }

    private void Push(bool isObject)
    {
        var bit = 1UL << (_depth % 64);
        ref var word = ref _isObject[_depth / 64];
        word = isObject ? word | bit : word & ~bit;
        _depth++;
    }

    private void Close(ReadOnlySpan<byte> input, bool isObject)
    {
        _depth--;
        if (((_isObject[_depth / 64] >> (_depth % 64)) & 1) == 1 != isObject)
        {
            _state = State.Bad;
            return;
        }

        _at++;
        if (_depth == 0)
        {
            EndValue(input);
        }
    }
}
