namespace Haldane.Gateway.Copies;

/// <summary>How large what is copied of an exchange may be.</summary>
internal static class CopyLimits
{
    /// <summary>Requests with larger bodies are not copied.</summary>
    public const int LargestBody = Http1.RelayLimits.LargestRepeatable;

    /// <summary>Larger answers are not kept; an answer with a batch of embeddings fits.</summary>
    public const int LargestAnswer = 256 * 1024;

    /// <summary>What a copy keeps of its buffers for the next one.</summary>
    public const int UsualBuffer = 64 * 1024;
}
