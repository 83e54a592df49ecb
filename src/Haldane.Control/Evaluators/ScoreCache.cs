using System.Security.Cryptography;
using System.Text;
using Haldane.Core.Ports;

namespace Haldane.Control.Evaluators;

/// <summary>Scores of the last answers, so that the same answer to the same request is scored once. Holds no content, only its hash. Any thread.</summary>
internal sealed class ScoreCache(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyDictionary<string, double>> _scores = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>What an exchange is known by here: everything that its evaluator would be told.</summary>
    public static string KeyOf(SampledExchange exchange)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in new[] { exchange.Model, exchange.Evaluator.Name, exchange.Evaluator.Url, exchange.Request.Path, exchange.Answer.Type, exchange.Answer.Text ?? "" })
        {
            Add(Encoding.UTF8.GetBytes(text));
        }

        Add(BitConverter.GetBytes(exchange.Answer.Status));
        Add(exchange.Request.Body.Span);
        Add(exchange.Answer.Body.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // With its length, so that no two parts can stand for two others.
        void Add(ReadOnlySpan<byte> part)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }
    }

    /// <summary>The scores that are known, or null.</summary>
    public IReadOnlyDictionary<string, double>? Find(string key)
    {
        lock (_gate)
        {
            return _scores.GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps scores, in the place of the oldest.</summary>
    public void Add(string key, IReadOnlyDictionary<string, double> scores)
    {
        lock (_gate)
        {
            if (!_scores.TryAdd(key, scores))
            {
                return;
            }

            _order.Enqueue(key);
            if (_order.Count > most)
            {
                _scores.Remove(_order.Dequeue());
            }
        }
    }
}
