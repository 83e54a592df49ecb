namespace Haldane.Core.Ports;

/// <summary>Sends requests of callers to a version a second time, which is to be warmed up by them. Any thread.</summary>
public interface IRequestReplay
{
    /// <summary>Sends the latest requests of a model, as the version would get them, one after the other; fewer where fewer are known. Nobody gets the answers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <returns>Null when most were answered, be it with a refusal, or none is known; else what came.</returns>
    Task<string?> ReplayAsync(string model, string version, int most, CancellationToken cancel);
}
