using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Haldane.Core.Assignment;

/// <summary>Assigns subjects to the arms of one rollout: keyed, stateless, sticky, monotone.</summary>
/// <remarks>
/// The key comes from the names of model and rollout alone, so every replica and every restart assigns alike, and two rollouts
/// do not pick the same subjects. The bucket does not depend on the share: a growing share only moves subjects to the canary, never back.
/// </remarks>
public sealed class Assigner
{
    private readonly SipHash _hash;

    /// <summary>The assigner of a rollout.</summary>
    public Assigner(string model, string rollout)
    {
        var salt = SHA256.HashData(Encoding.UTF8.GetBytes($"haldane assignment v1\n{model}\n{rollout}"));
        _hash = SipHash.FromKey(salt);
    }

    /// <summary>The arm of a subject.</summary>
    public Arm ArmOf(ReadOnlySpan<char> subject, Share share) => ArmOf(HashOf(subject), share);

    /// <summary>The arm of a subject by its hash.</summary>
    public static Arm ArmOf(ulong hash, Share share) => BucketOf(hash) < (ulong)share.BasisPoints ? Arm.Canary : Arm.Baseline;

    /// <summary>Where the subject stands among the basis points, from 0 to 9,999.</summary>
    public static ulong BucketOf(ulong hash) => hash % Share.Whole;

    /// <summary>
    /// The part of a hash that counts subjects. It must say nothing about the bucket, else sampling by it would prefer an arm; the multiplier is that of
    /// Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4).
    /// </summary>
    public static uint IdentityOf(ulong hash) => (uint)((hash / Share.Whole * 0x9E3779B97F4A7C15UL) >> 32);

    /// <summary>The keyed hash of a subject in UTF-8.</summary>
    public ulong HashOf(ReadOnlySpan<byte> subject) => _hash.Of(subject);

    /// <summary>The keyed hash of a subject.</summary>
    public ulong HashOf(ReadOnlySpan<char> subject)
    {
        // Subjects are ids of some 36 characters; a longer one is worth a rented buffer.
        var most = Encoding.UTF8.GetMaxByteCount(subject.Length);
        if (most <= 512)
        {
            Span<byte> small = stackalloc byte[512];
            return _hash.Of(small[..Encoding.UTF8.GetBytes(subject, small)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        var hash = _hash.Of(rented.AsSpan(0, Encoding.UTF8.GetBytes(subject, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
