using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Where a secret stands.</summary>
internal static class SecretFields
{
    private static readonly Field<SecretSpec> Env = Field<SecretSpec, string>.Optional(
        "env", Texts.Bounded("the name of an environment variable, e.g. MODEL_KEY", 256, isOneLine: true), static (s, v) => s with { Env = v }, "The environment variable that holds it.");

    private static readonly Field<SecretSpec> File = Field<SecretSpec, string>.Optional(
        "file", Texts.Bounded("the path of a file, e.g. /run/secrets/model-key", 1_024, isOneLine: true), static (s, v) => s with { File = v }, "The file that holds it.");

    private static readonly Field<SecretSpec> Prefix = Field<SecretSpec, string>.Optional(
        "prefix", Texts.Bounded("what stands before it, e.g. \"Bearer \"", 64, isOneLine: true), static (s, v) => s with { Prefix = v }, "What stands before it, e.g. \"Bearer \". Default: nothing.");

    /// <summary>A secret that is sent in a header field.</summary>
    public static readonly MappingShape<SecretSpec> InHeader = new(
        "where the secret stands, such as { env: MODEL_KEY, prefix: \"Bearer \" } or { file: /run/secrets/model-key }", new(), [Env, File, Prefix], CheckPlace);

    /// <summary>A secret by itself.</summary>
    public static readonly MappingShape<SecretSpec> Alone = new("where the secret stands, such as { env: HOOK_SECRET } or { file: /run/secrets/hook }", new(), [Env, File], CheckPlace);

    private static SecretSpec CheckPlace(SecretSpec secret, YamlMapping node, FileErrors errors)
    {
        if (node.Find("env") is null == node.Find("file") is null && !node.IsCut)
        {
            errors.Report(node, "found not exactly one of env and file; wanted the one place where the secret stands");
        }

        return secret;
    }
}
