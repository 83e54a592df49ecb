namespace Haldane.Gateway.Overrides;

/// <summary>What a caller is told whose request no version can get.</summary>
internal static class Refusals
{
    public const string Unfit = "the request's body is not a JSON object as this model needs it";

    public const string Packed = "the request's body is packed, and this model needs it plain";
}
