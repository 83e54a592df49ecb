using Haldane.Core.Series;

namespace Haldane.Core.Ports;

/// <summary>Judges series; any thread.</summary>
public interface ISeriesJudge
{
    /// <summary>Gives one verdict over all metrics. Takes as long as its points ask for: up to seconds.</summary>
    /// <param name="request">A request without mistakes.</param>
    /// <param name="cancel">Gives up.</param>
    SeriesVerdict Judge(SeriesRequest request, CancellationToken cancel);
}
