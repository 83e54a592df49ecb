using System.Text;

namespace Haldane.Gateway.Overrides;

/// <summary>What happens to a member of a JSON object.</summary>
internal enum MemberAction
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>Its value is replaced, or the member is added.</summary>
    Set,

    /// <summary>It is removed.</summary>
    Remove,

    /// <summary>The object that it holds is edited, or added.</summary>
    Edit,

    /// <summary>It is a list of messages that gets a system prompt; without it nothing is added.</summary>
    Prompt,
}

/// <summary>What is changed in one member. Immutable.</summary>
internal sealed class MemberEdit
{
    private readonly byte[] _added;

    private MemberEdit(string name, MemberAction action, string value, ObjectEdits? inside = null)
    {
        (Name, Action, Value, Inside) = (Encoding.UTF8.GetBytes(name), action, Encoding.UTF8.GetBytes(value), inside);
        _added = Value.Length == 0 || action == MemberAction.Prompt ? [] : Encoding.UTF8.GetBytes($"{JsonNames.Quoted(name)}:{value}");
    }

    public byte[] Name { get; }

    public MemberAction Action { get; }

    /// <summary>The new value as JSON; of <see cref="MemberAction.Edit"/> the object in the place of null, of <see cref="MemberAction.Prompt"/> the prompt.</summary>
    public byte[] Value { get; }

    /// <summary>The edits of the object that it holds.</summary>
    public ObjectEdits? Inside { get; }

    /// <summary>Name and value, for an object that has no such member; empty when nothing is added.</summary>
    public ReadOnlySpan<byte> Added => _added;

    public static MemberEdit Set(string name, string json) => new(name, MemberAction.Set, json);

    public static MemberEdit Remove(string name) => new(name, MemberAction.Remove, "");

    public static MemberEdit Edit(string name, ObjectEdits inside) => new(name, MemberAction.Edit, inside.AsNew(), inside);

    /// <summary>Puts a system prompt into a list of messages.</summary>
    /// <param name="name">The list of messages.</param>
    /// <param name="prompt">The system prompt as a JSON string.</param>
    public static MemberEdit Prompt(string name, string prompt) => new(name, MemberAction.Prompt, prompt, new([Set("content", prompt)]));
}

/// <summary>What is changed in a JSON object. Immutable.</summary>
internal sealed class ObjectEdits(IEnumerable<MemberEdit> members)
{
    private readonly MemberEdit[] _members = [.. members];

    public ReadOnlySpan<MemberEdit> Members => _members;

    /// <summary>The object that these edits make of none; empty when they only remove.</summary>
    public string AsNew()
    {
        string[] added = [.. _members.Where(m => !m.Added.IsEmpty).Select(m => Encoding.UTF8.GetString(m.Added))];
        return added.Length == 0 ? "" : $"{{{string.Join(',', added)}}}";
    }

    /// <summary>The edit of a member, or below 0.</summary>
    /// <param name="name">Its name, escapes resolved.</param>
    /// <param name="isExact">Whether the names are the same, and not only alike.</param>
    public int Find(ReadOnlySpan<byte> name, out bool isExact)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (name.SequenceEqual(_members[i].Name))
            {
                isExact = true;
                return i;
            }
        }

        isExact = false;
        for (var i = 0; i < _members.Length; i++)
        {
            if (JsonNames.AreAlike(name, _members[i].Name))
            {
                return i;
            }
        }

        return -1;
    }
}
