using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>How far JSON is read on the side.</summary>
internal static class JsonLimits
{
    /// <summary>Answers and requests that are nested more deeply are unread.</summary>
    public static readonly JsonReaderOptions Reading = new() { MaxDepth = 64 };
}
