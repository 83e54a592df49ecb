using System.Buffers.Binary;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>How a field of a protobuf message is written.</summary>
internal enum Wire
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Reads the fields of a protobuf message, one after the other. Whatever stands there, it throws nothing: what cannot be read ends the message as broken.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    public Wire Wire { get; private set; }

    /// <summary>Its value as a number; the bits of a fixed one.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value as bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether something could not be read.</summary>
    public bool IsBroken { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next field; false at the end.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty || IsBroken)
        {
            return false;
        }

        var tag = Varint();
        (Field, Wire) = ((int)(tag >> 3) & 0x1FFF_FFFF, (Wire)(tag & 7));
        switch (Wire)
        {
            case Wire.Varint:
                Number = Varint();
                break;
            case Wire.Fixed64:
                Number = Fixed(sizeof(ulong));
                break;
            case Wire.Fixed32:
                Number = Fixed(sizeof(uint));
                break;
            case Wire.Bytes:
                var length = Varint();
                if (length > (ulong)_rest.Length)
                {
                    IsBroken = true;
                    break;
                }

                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                break;
            default:
                // Groups are older than the protocol that is read here.
                IsBroken = true;
                break;
        }

        return !IsBroken;
    }

    /// <summary>The next of packed numbers; 0 when there is none.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
            {
                break;
            }

            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        IsBroken = true;
        return 0;
    }

    /// <summary>The next of packed numbers of 4 or 8 bytes; 0 when there is none.</summary>
    public ulong Fixed(int size)
    {
        if (_rest.Length < size)
        {
            IsBroken = true;
            return 0;
        }

        var value = size == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(_rest) : BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        _rest = _rest[size..];
        return value;
    }
}
