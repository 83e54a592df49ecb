using Haldane.Core;
using Haldane.Core.Specification;

namespace Haldane.Connect;

/// <summary>Sets the header fields of a specification.</summary>
internal static class HttpFields
{
    public static void Set(this HttpRequestMessage message, ValueList<HeaderSpec> headers)
    {
        foreach (var header in headers)
        {
            // Those that speak of the content go with it; which names may be set is the specification's to say.
            if (!message.Headers.TryAddWithoutValidation(header.Name, header.Value))
            {
                message.Content?.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }
    }
}
