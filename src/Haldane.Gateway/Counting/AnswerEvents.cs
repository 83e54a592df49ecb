using Haldane.Core.Evidence;

namespace Haldane.Gateway.Counting;

/// <summary>What happened on an exchange, by the bits of <see cref="GatewayEvents.All"/>.</summary>
[Flags]
internal enum AnswerEvents
{
    None = 0,
    Refused = 1 << 0,
    Empty = 1 << 1,
    ModelRefusal = 1 << 2,
    Truncated = 1 << 3,
    InvalidJson = 1 << 4,
    InvalidSchema = 1 << 5,
    InvalidToolCall = 1 << 6,
}
