namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Answers by group of subjects.</summary>
internal sealed class GroupStream : IStream
{
    /// <inheritdoc/>
    public void Add(in Scene scene) => scene.Subjects.GroupsOf(scene.Arm).Add(scene.Dice, scene.Answers.Count, scene.Tally.Groups);
}
