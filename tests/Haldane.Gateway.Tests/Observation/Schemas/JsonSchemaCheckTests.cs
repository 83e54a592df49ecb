using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Haldane.Gateway.Observation.Schemas;
using static Haldane.Gateway.Observation.Schemas.SchemaFit;

namespace Haldane.Gateway.Tests.Observation.Schemas;

public sealed class JsonSchemaCheckTests
{
    private const string Weather = """
        {"type":"object","properties":{"city":{"type":"string","minLength":1},"days":{"type":"integer","minimum":1,"maximum":14},"unit":{"enum":["C","F"]}},
         "required":["city"],"additionalProperties":false}
        """;

    private const string Tree = """{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"$ref":"#/$defs/node"}},"required":["name"]}}}""";

    [Theory]
    [InlineData(Weather, """{"city":"Ipoh"}""", Fits)]
    [InlineData(Weather, """ {"city":"Ipoh","days":3,"unit":"C"} """, Fits)]
    [InlineData(Weather, """{"city":"Ipoh","days":3.0}""", Fits)]
    [InlineData(Weather, """{"days":3}""", DoesNotFit)]
    [InlineData(Weather, """{"city":""}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh","days":"3"}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh","days":3.5}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh","days":15}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh","unit":"K"}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh","hour":3}""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ipoh"} and more""", DoesNotFit)]
    [InlineData(Weather, """{"city":"Ip""", DoesNotFit)]
    [InlineData(Weather, "", DoesNotFit)]
    [InlineData(Weather, """{"city":"\ud800"}""", CannotTell)]
    [InlineData("{}", "1", Fits)]
    [InlineData("true", "1", Fits)]
    [InlineData("false", "1", DoesNotFit)]
    [InlineData("""{"type":["string","null"]}""", "null", Fits)]
    [InlineData("""{"type":["string","null"]}""", "1", DoesNotFit)]
    [InlineData("""{"type":"string","nullable":true}""", "null", Fits)]
    [InlineData("""{"type":"number"}""", "1e400", Fits)]
    [InlineData("""{"type":"integer"}""", "1e3", Fits)]
    [InlineData("""{"type":"integer"}""", "1e400", CannotTell)]
    [InlineData("""{"const":{"a":[1,2.0]}}""", """{"a":[1.0,2]}""", Fits)]
    [InlineData("""{"const":{"a":[1,2]}}""", """{"a":[2,1]}""", DoesNotFit)]
    [InlineData("""{"exclusiveMinimum":0}""", "0", DoesNotFit)]
    [InlineData("""{"exclusiveMaximum":1}""", "0.999", Fits)]
    [InlineData("""{"multipleOf":0.01}""", "0.07", Fits)]
    [InlineData("""{"multipleOf":0.01}""", "0.075", DoesNotFit)]
    [InlineData("""{"minLength":2}""", "\"\ud83d\ude00\"", DoesNotFit)]
    [InlineData("""{"maxLength":1}""", "\"\ud83d\ude00\"", Fits)]
    [InlineData("""{"maxLength":1}""", "12345", Fits)]
    [InlineData("""{"pattern":"^[a-z]+$"}""", "\"abc\"", Fits)]
    [InlineData("""{"pattern":"^[a-z]+$"}""", "\"aBc\"", DoesNotFit)]
    [InlineData("""{"pattern":"(?=a)b"}""", "\"abc\"", CannotTell)]
    [InlineData("""{"pattern":"("}""", "\"abc\"", CannotTell)]
    [InlineData("""{"pattern":"((a{1000}){1000}){1000}"}""", "\"abc\"", CannotTell)]
    [InlineData("""{"pattern":"^(a+)+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"", DoesNotFit)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,2,3]", Fits)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,\"2\"]", DoesNotFit)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", "[\"a\",1]", Fits)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", "[\"a\",1]", DoesNotFit)]
    [InlineData("""{"minItems":2,"maxItems":3}""", "[1]", DoesNotFit)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", DoesNotFit)]
    [InlineData("""{"uniqueItems":true}""", "[1,\"1\"]", Fits)]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,2]", Fits)]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,1]", DoesNotFit)]
    [InlineData("""{"minProperties":1}""", "{}", DoesNotFit)]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"ab":1,"abc":1}""", DoesNotFit)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":1}""", Fits)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":"1"}""", DoesNotFit)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"y":1}""", DoesNotFit)]
    [InlineData("""{"patternProperties":{"(?=x)":true},"additionalProperties":false}""", """{"y":1}""", CannotTell)]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"y":"1"}""", DoesNotFit)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", DoesNotFit)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "7", Fits)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "3", DoesNotFit)]
    [InlineData("""{"anyOf":[{"type":"string"},{"unheardOf":5}]}""", "3", CannotTell)]
    [InlineData("""{"anyOf":[{"type":"number"},{"unheardOf":5}]}""", "3", Fits)]
    [InlineData("""{"oneOf":[{"type":"number"},{"minimum":5}]}""", "7", DoesNotFit)]
    [InlineData("""{"oneOf":[{"type":"number"},{"minimum":5}]}""", "3", Fits)]
    [InlineData("""{"allOf":[{"type":"number"},{"minimum":5}]}""", "3", DoesNotFit)]
    [InlineData("""{"not":{"type":"number"}}""", "3", DoesNotFit)]
    [InlineData("""{"not":{"unheardOf":1}}""", "3", CannotTell)]
    [InlineData("""{"if":{"type":"number"},"then":{"minimum":5},"else":{"maxLength":1}}""", "3", DoesNotFit)]
    [InlineData("""{"if":{"type":"number"},"then":{"minimum":5},"else":{"maxLength":1}}""", "\"ab\"", DoesNotFit)]
    [InlineData(Tree, """{"name":"a","next":{"name":"b"}}""", Fits)]
    [InlineData(Tree, """{"name":"a","next":{"nam":"b"}}""", DoesNotFit)]
    [InlineData("""{"$ref":"#"}""", "1", CannotTell)]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "1", CannotTell)]
    [InlineData("""{"$ref":"#/$defs/none"}""", "1", CannotTell)]
    [InlineData("""{"unheardOf":1,"type":"string"}""", "1", DoesNotFit)]
    [InlineData("""{"unheardOf":1,"type":"number"}""", "1", CannotTell)]
    [InlineData("""{"type":"text"}""", "1", CannotTell)]
    [InlineData("""{"type":5}""", "1", CannotTell)]
    [InlineData("""{"required":"a"}""", "{}", CannotTell)]
    [InlineData("""{"minimum":"1"}""", "1", CannotTell)]
    [InlineData("[]", "1", CannotTell)]
    [InlineData("{", "1", CannotTell)]
    [InlineData("", "1", CannotTell)]
    [InlineData("""{"title":"t","description":"d","format":"email","default":1,"x-order":1}""", "\"no mail\"", Fits)]
    public void A_value_fits_or_not(string schema, string value, object fit)
    {
        Assert.Equal(fit, JsonSchemaCheck.Fits(Encoding.UTF8.GetBytes(schema), Encoding.UTF8.GetBytes(value)));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData(" \n[1, 2]\t", true)]
    [InlineData("null", true)]
    [InlineData("\"text\"", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("{} {}", false)]
    [InlineData("{\"a\":1,}", false)]
    [InlineData("NaN", false)]
    [InlineData("```json\n{}\n```", false)]
    [InlineData("{\"a\":", false)]
    public void A_text_is_json_or_not(string text, bool isJson) => Assert.Equal(isJson, JsonSchemaCheck.IsJson(Encoding.UTF8.GetBytes(text)));

    // Each would take for ever, or the whole stack, if nothing stopped it.
    [Fact]
    public void What_is_too_much_cannot_be_told_and_ends_soon()
    {
        var doubling = "{\"$defs\":{" + string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"d{i}\":{{\"anyOf\":[{{\"$ref\":\"#/$defs/d{i + 1}\"}},{{\"$ref\":\"#/$defs/d{i + 1}\"}}]}}"))
            + ",\"d40\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/d0\"}";
        var deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        var wide = $"[{string.Join(',', Enumerable.Range(0, 60_000))}]";
        var watch = Stopwatch.StartNew();

        Assert.Equal(CannotTell, Check(doubling, "1"));
        Assert.Equal(CannotTell, Check("{}", deep));
        Assert.Equal(CannotTell, Check("""{"uniqueItems":true}""", wide[..200_000] + "]"));
        Assert.Equal(CannotTell, Check("{}", wide));
        Assert.Equal(CannotTell, Check($"{{\"enum\":{wide[..70_000]}]}}", "1"));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));

        static SchemaFit Check(string schema, string value) => JsonSchemaCheck.Fits(Encoding.UTF8.GetBytes(schema), Encoding.UTF8.GetBytes(value));
    }

    [Fact]
    public void A_plain_reading_of_the_standard_says_the_same()
    {
        const int Seed = 20_261_121;
        var random = new Random(Seed);
        var seen = new int[3];
        for (var i = 0; i < 20_000; i++)
        {
            JsonNode? schema = RandomSchema(random, 3), value = RandomValue(random, 3);
            var (schemaText, valueText) = (schema!.ToJsonString(), value?.ToJsonString() ?? "null");

            var fit = JsonSchemaCheck.Fits(Encoding.UTF8.GetBytes(schemaText), Encoding.UTF8.GetBytes(valueText));

            seen[(int)fit]++;
            Assert.True(fit == (Plain(schema, value) ? Fits : DoesNotFit), $"seed {Seed}, {i}: {schemaText} says {fit} of {valueText}");
        }

        Assert.All(seen[..2], count => Assert.InRange(count, 2_000, 20_000));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var good = Encoding.UTF8.GetBytes(Weather);
        for (var i = 0; i < 20_000; i++)
        {
            var (schema, value) = ((byte[])good.Clone(), Encoding.UTF8.GetBytes("""{"city":"Ipoh","days":3}"""));
            foreach (var bytes in new[] { schema, value })
            {
                for (var flips = random.Next(4); flips > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            var failure = Record.Exception(() => JsonSchemaCheck.Fits(schema, value));
            Assert.True(failure is null, $"seed {Seed}, {i}: {Convert.ToHexString(schema)} {Convert.ToHexString(value)}: {failure}");
        }
    }

    private static JsonObject RandomSchema(Random random, int depth)
    {
        var schema = new JsonObject();
        for (var words = random.Next(1, 4); words > 0; words--)
        {
            switch (random.Next(depth > 0 ? 10 : 5))
            {
                case 0:
                    schema["type"] = Pick("string", "integer", "number", "object", "array", "null", "boolean");
                    break;
                case 1:
                    schema["enum"] = new JsonArray(RandomValue(random, 1), RandomValue(random, 1), 1);
                    break;
                case 2:
                    schema["minimum"] = random.Next(3);
                    break;
                case 3:
                    schema["maxLength"] = random.Next(3);
                    break;
                case 4:
                    schema["required"] = new JsonArray(Pick("a", "b", "c"));
                    break;
                case 5:
                    schema["properties"] = new JsonObject { [Pick("a", "b")] = RandomSchema(random, depth - 1), ["c"] = RandomSchema(random, depth - 1) };
                    break;
                case 6:
                    schema["additionalProperties"] = random.Next(2) == 0 ? false : RandomSchema(random, depth - 1);
                    break;
                case 7:
                    schema["items"] = RandomSchema(random, depth - 1);
                    break;
                case 8:
                    schema[Pick("anyOf", "oneOf", "allOf")] = new JsonArray(RandomSchema(random, depth - 1), RandomSchema(random, depth - 1));
                    break;
                default:
                    schema["not"] = RandomSchema(random, depth - 1);
                    break;
            }
        }

        return schema;

        string Pick(params string[] words) => words[random.Next(words.Length)];
    }

    private static JsonNode? RandomValue(Random random, int depth) => random.Next(depth > 0 ? 9 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(4),
        3 => random.Next(4) + 0.5,
        4 => "abc"[..random.Next(4)],
        5 or 6 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomValue(random, depth - 1))]),
        _ => new JsonObject(new[] { "a", "b", "c" }.Where(_ => random.Next(2) == 0).Select(name => KeyValuePair.Create(name, RandomValue(random, depth - 1)))),
    };

    private static bool Plain(JsonNode? schema, JsonNode? value)
    {
        if (schema is not JsonObject rules)
        {
            return schema!.GetValue<bool>();
        }

        return rules.All(rule => rule.Key switch
        {
            "type" => rule.Value!.GetValue<string>() switch
            {
                "string" => Kind() == JsonValueKind.String,
                "integer" => Kind() == JsonValueKind.Number && Number() == Math.Floor(Number()),
                "number" => Kind() == JsonValueKind.Number,
                "object" => value is JsonObject,
                "array" => value is JsonArray,
                "null" => value is null,
                _ => Kind() is JsonValueKind.True or JsonValueKind.False,
            },
            "enum" => rule.Value!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
            "minimum" => Kind() != JsonValueKind.Number || Number() >= rule.Value!.GetValue<int>(),
            "maxLength" => Kind() != JsonValueKind.String || value!.GetValue<string>().Length <= rule.Value!.GetValue<int>(),
            "required" => value is not JsonObject || rule.Value!.AsArray().All(name => value.AsObject().ContainsKey(name!.GetValue<string>())),
            "properties" => value is not JsonObject || rule.Value!.AsObject().All(p => !value.AsObject().TryGetPropertyValue(p.Key, out var own) || Plain(p.Value, own)),
            "additionalProperties" => value is not JsonObject || value.AsObject().All(p => rules["properties"]?.AsObject().ContainsKey(p.Key) == true || Plain(rule.Value, p.Value)),
            "items" => value is not JsonArray || value.AsArray().All(element => Plain(rule.Value, element)),
            "anyOf" => rule.Value!.AsArray().Any(one => Plain(one, value)),
            "oneOf" => rule.Value!.AsArray().Count(one => Plain(one, value)) == 1,
            "allOf" => rule.Value!.AsArray().All(one => Plain(one, value)),
            _ => !Plain(rule.Value, value),
        });

        JsonValueKind Kind() => value?.GetValueKind() ?? JsonValueKind.Null;

        double Number() => double.Parse(value!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
