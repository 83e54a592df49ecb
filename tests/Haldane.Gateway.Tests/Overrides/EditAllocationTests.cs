using System.Buffers;
using System.Text;
using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Tests.Relay;

namespace Haldane.Gateway.Tests.Overrides;

/// <summary>What an edit takes from the heap, once it is warm: nothing.</summary>
[Collection(Alone.Name)]
public sealed class EditAllocationTests
{
    [Theory]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"y\"}],\"stop\":[1],\"options\":{\"a\":1}}")]
    [InlineData("{\"mod\\u0065l\":\"a\",\"messages\":[{\"content\":\"y\",\"role\":\"user\"}]}")]
    [InlineData("not json")]
    public void An_edit_allocates_nothing(string document)
    {
        var change = new OverrideSpec { Model = "b", System = "You are brief.", Parameters = [new("/temperature", "0.2"), new("/stop", null), new("/options/top_k", "4")] };
        var edits = Editing.EditsOf(change, Protocol.OpenAi, "/v1/chat/completions");
        var body = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(document));
        using var edit = new BodyEdit();
        Edit(edit, edits, body, 100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Edit(edit, edits, body, 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Edit(BodyEdit edit, ObjectEdits edits, in ReadOnlySequence<byte> body, int times)
    {
        for (var i = 0; i < times; i++)
        {
            edit.Begin(edits, default);
            edit.WriteAll(body);
            edit.Rest();
        }
    }
}
