using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;

namespace Haldane.Gateway.Tests.Overrides;

public sealed class JsonEditorTests
{
    private static readonly OverrideSpec Model = new() { Model = "b" };

    private static readonly OverrideSpec Several = new()
    {
        Model = "b",
        Parameters = [new("/temperature", "0.20"), new("/stop", null), new("/options/top_k", "4"), new("/options/seed", null)],
    };

    private static readonly OverrideSpec Prompt = new() { System = "Be \"brief\".\n\u00e4" };

    private const string Brief = "\"Be \\\"brief\\\".\\n\u00e4\"";

    public static TheoryData<string, string> Members { get; } = new()
    {
        { """{"model":"a"}""", """{"model":"b","temperature":0.20,"options":{"top_k":4}}""" },
        { "{}", """{"model":"b","temperature":0.20,"options":{"top_k":4}}""" },
        { " { \n} ", " { \n\"model\":\"b\",\"temperature\":0.20,\"options\":{\"top_k\":4}} " },
        { """{ "model" : "a" , "x":1.50e+3 }""", """{ "model" : "b" , "x":1.50e+3 ,"temperature":0.20,"options":{"top_k":4}}""" },
        { """{"temperature":1,"options":{"top_k":1},"model":"a"}""", """{"temperature":0.20,"options":{"top_k":4},"model":"b"}""" },
        { """{"temperature":{"a":[1,"}"]},"options":{},"model":null}""", """{"temperature":0.20,"options":{"top_k":4},"model":"b"}""" },
        { """{"temperature":1,"options":null,"model":"a"}""", """{"temperature":0.20,"options":{"top_k":4},"model":"b"}""" },
        { """{"model":1,"temperature":1,"options":{"seed":7,"top_k":1,"n":2}}""", """{"model":"b","temperature":0.20,"options":{"top_k":4,"n":2}}""" },
        { """{"stop":["a"], "model":1,"temperature":1,"options":{"top_k":1}}""", """{ "model":"b","temperature":0.20,"options":{"top_k":4}}""" },
        { """{"model":1,"temperature":1,"options":{"top_k":1}, "stop" : "x" }""", """{"model":"b","temperature":0.20,"options":{"top_k":4} }""" },
        { """{"model":1,"stop":1 ,"stop":2,"temperature":1,"options":{"top_k":1}}""", """{"model":"b" ,"temperature":0.20,"options":{"top_k":4}}""" },
        { """{"stop":1,"stop":2}""", """{"model":"b","temperature":0.20,"options":{"top_k":4}}""" },

        // Two readers of a document may take the first or the last of a name.
        { """{"model":"a","x":0,"model":"c","temperature":1,"temperature":2,"options":{"top_k":9},"options":{}}""", """{"model":"b","x":0,"model":"b","temperature":0.20,"temperature":0.20,"options":{"top_k":4},"options":{"top_k":4}}""" },

        // And names that differ in case for the same.
        { """{"MODEL":"a"}""", """{"MODEL":"b","model":"b","temperature":0.20,"options":{"top_k":4}}""" },
        { """{"\u017ftop":1,"model":"a"}""", """{"model":"b","temperature":0.20,"options":{"top_k":4}}""" },
        { "{\"opt\u0130ons\":1}", "{\"opt\u0130ons\":1,\"model\":\"b\",\"temperature\":0.20,\"options\":{\"top_k\":4}}" },

        // Escapes.
        { """{"mod\u0065l":"a","\u0074\u0065mperature":1,"\u006fptions":{"top\u005fk":1}}""", """{"mod\u0065l":"b","\u0074\u0065mperature":0.20,"\u006fptions":{"top\u005fk":4}}""" },
        { """{"model\u0000":"a","x\"model":1,"\ud83d\ude00":2}""", """{"model\u0000":"a","x\"model":1,"\ud83d\ude00":2,"model":"b","temperature":0.20,"options":{"top_k":4}}""" },

        // What is not edited is the version's to judge.
        { """{"x":NaN,"y":-Infinity,"z":[1 2,,{"a"}],"w":tru,"model":"\q"}""", """{"x":NaN,"y":-Infinity,"z":[1 2,,{"a"}],"w":tru,"model":"b","temperature":0.20,"options":{"top_k":4}}""" },
    };

    public static TheoryData<string> Malformed { get; } =
    [
        "", " ", "[]", "1", "\"model\"", "null", "{", "}", "{\"", "{\"model", "{\"model\"", "{\"model\":", "{\"model\":\"", "{\"model\":\"a\"", "{\"model\":\"a\",", "{\"model\":\"a\",}", "{,}",
        "{\"a\" 1}", "{\"a\":}", "{\"a\":1 2}", "{\"a\":1,,\"b\":2}", "{a:1}", "{'a':1}", "{}x", "{}{}", "{} ,", "{\"a\":1}]", "{\"a\":[}]}", "{\"a\":{]}}", "{\"a\":1/**/}", "{\"a\":[/*]*/]}", "{\"a\":[1]]}",
        "\ufeff{}", "{\"a\\q\":1}", "{\"a\\u00zz\":1}", "{\"a\\u12\":1}", "{\"options\":1}", "{\"options\":[]}", "{\"options\":\"x\"}", "{\"options\":true}", "{\"a\":\u00e4}", "{\"a\":\0}", "{\"a\":1;\"b\":2}",
    ];

    public static TheoryData<string, string> Messages { get; } = new()
    {
        { """{"messages":[{"role":"system","content":"x"},{"role":"user","content":"u"}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},{"role":"user","content":"u"}]}""" },
        { """{"messages":[ { "role" : "developer" , "name":"n", "content" : [{"type":"text"}] } ],"x":[]}""", $$"""{"messages":[ { "role" : "developer" , "name":"n", "content" : {{Brief}} } ],"x":[]}""" },
        { """{"messages":[{"content":"x","role":"system"}]}""", $$"""{"messages":[{"content":{{Brief}},"role":"system"}]}""" },
        { """{"messages":[{"name":"n","content":{"a":"}"}, "role":"system" ,"z":1}]}""", $$"""{"messages":[{"name":"n","content":{{Brief}}, "role":"system" ,"z":1}]}""" },
        { """{"messages":[{"role":"system"}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}}]}""" },
        { """{"messages":[{"r\u006fle":"s\u0079stem","content":"x","content":"y"}]}""", $$"""{"messages":[{"r\u006fle":"s\u0079stem","content":{{Brief}},"content":{{Brief}}}]}""" },
        { """{"messages":[ {"role":"user","content":"u"}]}""", $$"""{"messages":[ {"role":"system","content":{{Brief}}},{"role":"user","content":"u"}]}""" },
        { """{"messages":[{"content":[{"a":"]"}],"role":"user","b":{}},{"role":"system"}],"n":1}""", $$$"""{"messages":[{"role":"system","content":{{{Brief}}}},{"content":[{"a":"]"}],"role":"user","b":{}},{"role":"system"}],"n":1}""" },
        { """{"messages":[{}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},{}]}""" },
        { """{"messages":[{"role":7}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},{"role":7}]}""" },
        { """{"messages":[{"content":"u"}, 1]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},{"content":"u"}, 1]}""" },
        { """{"messages":["hi",{"role":"system","content":"x"}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},"hi",{"role":"system","content":"x"}]}""" },
        { """{"messages":[{"role":"user"}],"messages":[{"role":"system","content":1}]}""", $$"""{"messages":[{"role":"system","content":{{Brief}}},{"role":"user"}],"messages":[{"role":"system","content":{{Brief}}}]}""" },

        // No conversation, no prompt: the version says what it thinks of that.
        { """{"messages":[ ],"a":1}""", """{"messages":[ ],"a":1}""" },
        { """{"messages":null}""", """{"messages":null}""" },
        { """{"prompt":"x"}""", """{"prompt":"x"}""" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void Members_are_set_added_and_removed_and_nothing_else_changes(string document, string expected) => Check(Editing.EditsOf(Several), document, expected);

    [Theory]
    [MemberData(nameof(Messages))]
    public void The_first_message_becomes_the_prompt_or_the_prompt_comes_before_it(string document, string expected) =>
        Check(Editing.EditsOf(Prompt, Protocol.OpenAi, "/v1/chat/completions"), document, expected);

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_no_object_cannot_be_edited(string document) => Check(Editing.EditsOf(Several), document, null);

    [Theory]
    [InlineData("""{"messages":{}}""")]
    [InlineData("""{"messages":"x"}""")]
    [InlineData("""{"messages":[{"role":"system","role":"user"}]}""")]
    [InlineData("""{"messages":[{"content":1,"Content":2,"role":"system"}]}""")]
    [InlineData("""{"messages":[{"role":"system",}]}""")]
    [InlineData("""{"messages":[{"role":"system"]}""")]
    [InlineData("""{"messages":[{"role":"user"}}""")]
    [InlineData("""{"messages":[{"role":"user"}""")]
    [InlineData("""{"messages":[""")]
    public void Messages_that_two_readers_could_take_for_different_ones_cannot_be_edited(string document) =>
        Check(Editing.EditsOf(Prompt, Protocol.OpenAi, "/v1/chat/completions"), document, null);

    [Theory]
    [InlineData(Protocol.OpenAi, "/v1/chat/completions", """{"a":1}""", """{"a":1}""")]
    [InlineData(Protocol.OpenAi, "/v1/responses", """{"a":1}""", """{"a":1,"instructions":"p"}""")]
    [InlineData(Protocol.OpenAi, "/v1/responses/", """{"instructions":[]}""", """{"instructions":"p"}""")]
    [InlineData(Protocol.Anthropic, "/v1/messages", """{"system":[{"type":"text","text":"x"}]}""", """{"system":"p"}""")]
    [InlineData(Protocol.Ollama, "/api/generate", """{"prompt":"x"}""", """{"prompt":"x","system":"p"}""")]
    [InlineData(Protocol.Ollama, "/api/chat", """{"messages":[{}]}""", """{"messages":[{"role":"system","content":"p"},{}]}""")]
    [InlineData(Protocol.Ollama, "/v1/chat/completions", """{"messages":[{}]}""", """{"messages":[{"role":"system","content":"p"},{}]}""")]
    public void The_prompt_stands_where_the_protocol_has_it(Protocol protocol, string path, string document, string expected) =>
        Check(Editing.EditsOf(new() { System = "p" }, protocol, path), document, expected);

    [Theory]
    [InlineData(Protocol.Http, "/anything", true)]
    [InlineData(Protocol.OpenInference, "/v2/models/fraud/infer", true)]
    [InlineData(Protocol.OpenInference, "/v2/models/fraud/generate_stream", true)]
    [InlineData(Protocol.OpenInference, "/v2/repository/index", false)]
    [InlineData(Protocol.TensorFlowServing, "/v1/models/fraud:predict", true)]
    [InlineData(Protocol.TensorFlowServing, "/v1/models/fraud", false)]
    [InlineData(Protocol.TorchServe, "/predictions/fraud", true)]
    [InlineData(Protocol.MLflow, "/invocations", true)]
    [InlineData(Protocol.MLflow, "/ping", false)]
    [InlineData(Protocol.Seldon, "/api/v1.0/predictions", true)]
    [InlineData(Protocol.OpenAi, "/v1/completions", true)]
    [InlineData(Protocol.OpenAi, "/v1/embeddings", false)]
    [InlineData(Protocol.Anthropic, "/v1/messages", true)]
    [InlineData(Protocol.Ollama, "/api/generate", true)]
    [InlineData(Protocol.Ollama, "/api/embed", false)]
    public void Bodies_are_edited_of_calls_with_something_to_edit(Protocol protocol, string path, bool edited) =>
        Assert.Equal(edited, new VersionOverride(new() { Parameters = [new("/n", "1")] }, protocol).EditsOf(new Editing.Post(path)) is not null);

    [Theory]
    [InlineData(Protocol.OpenAi, "/v1/embeddings")]
    [InlineData(Protocol.OpenAi, "/v1/completions")]
    [InlineData(Protocol.Anthropic, "/v1/messages/count_tokens")]
    [InlineData(Protocol.Ollama, "/api/pull")]
    [InlineData(Protocol.OpenInference, "/v2/models/fraud/ready")]
    public void Where_there_is_no_place_for_a_prompt_nothing_is_edited(Protocol protocol, string path) =>
        Assert.Null(new VersionOverride(new() { System = "p" }, protocol).EditsOf(new Editing.Post(path)));

    [Fact]
    public void Depth_and_what_is_held_back_have_limits()
    {
        var edits = Editing.EditsOf(Model);
        var chat = Editing.EditsOf(Prompt, Protocol.OpenAi, "/v1/chat/completions");
        var deep = new string('[', JsonEditor.MostDepth - 1) + new string(']', JsonEditor.MostDepth - 1);
        var large = new string('x', JsonEditor.MostHeld);

        Assert.NotNull(Editing.Edited(edits, $$"""{"a":{{deep}},"model":1}"""));
        Assert.Null(Editing.Edited(edits, $$"""{"a":[[{{deep}}]],"model":1}"""));
        Assert.Null(Editing.Edited(edits, $$"""{"{{large}}":1,"model":1}"""));
        Assert.NotNull(Editing.Edited(edits, $$"""{"a":"{{large}}","model":1}"""));
        Assert.NotNull(Editing.Edited(chat, $$"""{"messages":[{"role":"user","content":"{{large}}"}]}""", 4_096));
        Assert.Null(Editing.Edited(chat, $$"""{"messages":[{"content":"{{large}}","role":"user"}]}""", 4_096));
    }

    // Whole, and cut at every byte.
    private static void Check(ObjectEdits edits, string document, string? expected)
    {
        Assert.Equal(expected, Editing.Edited(edits, document));
        for (var piece = 1; piece < Math.Min(document.Length, 9); piece++)
        {
            Assert.Equal(expected, Editing.Edited(edits, document, piece));
        }
    }
}
