using System.Globalization;

namespace Haldane.Core;

/// <summary>The part of the traffic that the canary serves, in basis points (1 = 0.01 %).</summary>
/// <param name="BasisPoints">From 0 to 10,000.</param>
public readonly record struct Share(int BasisPoints) : IComparable<Share>
{
    /// <summary>Basis points in the whole.</summary>
    public const int Whole = 10_000;

    /// <summary>Nothing: the baseline serves everyone.</summary>
    public static readonly Share None = new(0);

    /// <summary>Everything.</summary>
    public static readonly Share Full = new(Whole);

    /// <summary>The share as a fraction in [0, 1].</summary>
    public double Fraction => BasisPoints / (double)Whole;

    /// <summary>What is left of the whole.</summary>
    public Share Rest() => new(Whole - BasisPoints);

    /// <inheritdoc/>
    public int CompareTo(Share other) => BasisPoints.CompareTo(other.BasisPoints);

    /// <summary>For people, e.g. <c>0.25%</c> or <c>10%</c>.</summary>
    public override string ToString() => (BasisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>Compares two shares.</summary>
    public static bool operator <(Share left, Share right) => left.BasisPoints < right.BasisPoints;

    /// <summary>Compares two shares.</summary>
    public static bool operator >(Share left, Share right) => left.BasisPoints > right.BasisPoints;

    /// <summary>Compares two shares.</summary>
    public static bool operator <=(Share left, Share right) => left.BasisPoints <= right.BasisPoints;

    /// <summary>Compares two shares.</summary>
    public static bool operator >=(Share left, Share right) => left.BasisPoints >= right.BasisPoints;
}
