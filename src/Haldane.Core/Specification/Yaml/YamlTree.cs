using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Haldane.Core.Specification.Yaml;

/// <summary>Builds the values of a file from the events of the YAML parser.</summary>
/// <remarks>
/// A loop with its own stack, never recursion, so that no input can exhaust the thread's stack. Anchors, aliases, tags and merge keys are refused:
/// a specification is read by people, and aliases can make a small file grow without bound.
/// </remarks>
internal sealed class YamlTree
{
    /// <summary>A specification needs 7; more is a mistake or an attack.</summary>
    internal const int DeepestNesting = 32;

    /// <summary>Some hundred rollouts; more belongs into several files.</summary>
    internal const int MostNodes = 10_000;

    private readonly FileErrors _errors;
    private readonly Stack<Frame> _open = new();
    private readonly List<YamlNode> _documents = [];
    private int _nodes;
    private bool _stopped;

    private YamlTree(FileErrors errors) => _errors = errors;

    /// <summary>The documents that could be read, up to the first mistake that makes the rest meaningless.</summary>
    /// <param name="text">The file.</param>
    /// <param name="errors">Takes the mistakes.</param>
    /// <param name="complete">Whether the end of the file was reached.</param>
    public static IReadOnlyList<YamlNode> Read(string text, FileErrors errors, out bool complete)
    {
        var tree = new YamlTree(errors);
        complete = tree.ReadAll(text) && !tree._stopped;
        foreach (var frame in tree._open)
        {
            frame.Container.IsCut = true;
        }

        return tree._documents;
    }

    private bool ReadAll(string text)
    {
        var last = new Position(1, 1);
        try
        {
            var parser = new Parser(new StringReader(text));
            while (!_stopped && parser.MoveNext() && parser.Current is { } happened)
            {
                last = At(happened.Start);
                Take(happened);
            }

            return true;
        }
        catch (YamlException e)
        {
            var (at, says) = YamlSyntax.Explain(e.Message, At(e.Start), text);
            _errors.Report(at, "", says);
        }
#pragma warning disable CA1031 // The parser answers some broken input with exceptions of the runtime; a user's typing mistake must not end the program.
        catch (Exception)
#pragma warning restore CA1031
        {
            var (at, says) = YamlSyntax.Explain("", last, text);
            _errors.Report(at, "", says);
        }

        return false;
    }

    private void Take(ParsingEvent happened)
    {
        switch (happened)
        {
            case AnchorAlias alias:
                _errors.Report(At(alias.Start), PathOfNext(),
                    $"found the alias {Clip.Quoted("*" + alias.Value)}; aliases are not read here: write the value out");
                Attach(new YamlBroken(At(alias.Start), Parent, Step()));
                break;
            case Scalar scalar:
                Refuse(scalar);
                Attach(new YamlScalar(At(scalar.Start), Parent, Step(), scalar.Value, scalar.Style == ScalarStyle.Plain));
                break;
            case SequenceStart start:
                Refuse(start);
                Open(new YamlSequence(At(start.Start), Parent, Step()));
                break;
            case MappingStart start:
                Refuse(start);
                Open(new YamlMapping(At(start.Start), Parent, Step()));
                break;
            case SequenceEnd or MappingEnd:
                _open.Pop();
                break;
        }
    }

    private void Open(YamlNode container)
    {
        Attach(container);
        _open.Push(new(container));
        if (_open.Count > DeepestNesting)
        {
            _errors.Report(container.At, "",
                $"found values nested deeper than {DeepestNesting} levels; wanted less: look for a bracket that is not closed");
            _stopped = true;
        }
    }

    private void Attach(YamlNode node)
    {
        if (++_nodes > MostNodes)
        {
            _errors.Report(node.At, "", $"found more than {MostNodes:N0} values in one file; wanted fewer: split it into several files");
            _stopped = true;
            return;
        }

        if (!_open.TryPeek(out var frame))
        {
            _documents.Add(node);
        }
        else if (frame.Container is YamlSequence sequence)
        {
            sequence.Items.Add(node);
        }
        else if (frame.AwaitsKey)
        {
            frame.AwaitsKey = false;
            frame.Key = KeyOf(node);
        }
        else
        {
            frame.AwaitsKey = true;
            AddField((YamlMapping)frame.Container, frame.Key, node);
        }
    }

    private void AddField(YamlMapping mapping, YamlScalar? key, YamlNode value)
    {
        if (key is not null && mapping.Add(key, value) is { } first)
        {
            var before = first.Key.At;
            _errors.Report(
                key.At,
                mapping.PathTo("." + Clip.Plain(key.Text)),
                $"found {Clip.Quoted(key.Text)} twice, first at line {before.Line}, column {before.Column}; wanted it once: remove one of the two");
        }
    }

    private YamlScalar? KeyOf(YamlNode node)
    {
        if (node is YamlScalar { IsNothing: false } key)
        {
            return key;
        }

        var found = node is YamlScalar ? "nothing" : "a list, mapping or alias";
        _errors.Report(node, $"found {found} as the name of a field; wanted a word before the colon");
        return null;
    }

    private void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            _errors.Report(At(node.Start), PathOfNext(),
                $"found the anchor {Clip.Quoted("&" + node.Anchor.Value)}; anchors are not read here: remove it");
        }

        if (!node.Tag.IsEmpty)
        {
            // A non-specific tag has no value to show.
            var tag = node.Tag.IsNonSpecific ? "!" : node.Tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
            _errors.Report(At(node.Start), PathOfNext(), $"found the tag {Clip.Quoted(tag)}; tags are not read here: remove it");
        }
    }

    private YamlNode? Parent => _open.TryPeek(out var frame) ? frame.Container : null;

    private string PathOfNext() => Parent?.PathTo(Step()) ?? "";

    private string Step() => !_open.TryPeek(out var frame) ? ""
        : frame.Container is YamlSequence sequence ? $"[{sequence.Items.Count}]"
        : frame.AwaitsKey || frame.Key is null ? ""
        : "." + Clip.Plain(frame.Key.Text);

    private static Position At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>A list or mapping whose end is still to come.</summary>
    private sealed class Frame(YamlNode container)
    {
        public YamlNode Container { get; } = container;

        public bool AwaitsKey { get; set; } = true;

        public YamlScalar? Key { get; set; }
    }
}
