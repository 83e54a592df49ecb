using Haldane.Control.Specifications;
using Haldane.Core.Ledger;
using Haldane.Core.Specification.Changes;

namespace Haldane.Control.Tests.Specifications;

/// <summary>What files say at the start, and what was applied since.</summary>
public sealed class DocumentShelfTests
{
    private static readonly DocumentId A = new("Model", "a");

    [Fact]
    public void What_files_say_first_is_taken_and_read_again_changes_nothing()
    {
        var shelf = Read(DocumentShelf.Empty, Document("one"));

        Assert.Equal("one", shelf.Find(A));
        Assert.Empty(shelf.Read([Document("one")], prune: false));
    }

    [Fact]
    public void A_file_that_has_not_changed_takes_nothing_back_that_was_applied_since()
    {
        var shelf = Read(DocumentShelf.Empty, Document("one"));
        shelf = shelf.With([shelf.Change(Document("applied"))]);

        Assert.Empty(shelf.Read([Document("one")], prune: false));
        Assert.Equal("one", Read(shelf, prune: true, Document("one")).Find(A));
    }

    [Fact]
    public void A_file_that_has_changed_is_taken_whatever_was_applied()
    {
        var shelf = Read(DocumentShelf.Empty, Document("one"));
        shelf = shelf.With([shelf.Change(Document("applied"))]);

        Assert.Equal("two", Read(shelf, Document("two")).Find(A));
    }

    [Fact]
    public void What_was_removed_does_not_come_back_with_the_next_start()
    {
        var shelf = Read(DocumentShelf.Empty, Document("one"));
        shelf = shelf.With([shelf.Remove(A)]);

        Assert.Empty(shelf.InForce);
        Assert.Empty(shelf.Read([Document("one")], prune: false));
        Assert.Equal("two", Read(shelf, Document("two")).Find(A));
        Assert.Empty(Read(shelf).Read([], prune: false));
    }

    [Fact]
    public void What_the_files_no_longer_have_goes_and_what_they_never_had_stays()
    {
        var shelf = Read(DocumentShelf.Empty, Document("one"), Document("of a file", "b"));
        shelf = shelf.With([shelf.Change(Document("applied", "c"))]);

        var next = Read(shelf, Document("one"));

        Assert.Equal(["model a", "model c"], next.InForce.Select(d => d.Id.ToString()));
        Assert.Equal(["model a"], Read(shelf, prune: true, Document("one")).InForce.Select(d => d.Id.ToString()));
    }

    [Fact]
    public void The_revision_tells_of_what_is_in_force_and_of_nothing_else()
    {
        var first = Read(DocumentShelf.Empty, Document("one"));
        var changed = first.With([first.Change(Document("two"))]);
        var back = changed.With([changed.Change(Document("one"))]);

        Assert.NotEqual(first.Revision, changed.Revision);
        Assert.Equal(first.Revision, back.Revision);
        Assert.Equal(DocumentShelf.Empty.Revision, first.With([first.Remove(A)]).Revision);
        Assert.Equal(first.Revision, first.With([new Setting("freeze", "a", null)]).Revision);
    }

    private static DocumentShelf Read(DocumentShelf shelf, params SpecificationDocument[] files) => Read(shelf, prune: false, files);

    private static DocumentShelf Read(DocumentShelf shelf, bool prune, params SpecificationDocument[] files) => shelf.With(shelf.Read(files, prune));

    private static SpecificationDocument Document(string text, string name = "a") => new(new("Model", name), text);
}
