using System.CommandLine;

namespace Haldane.Commands;

/// <summary><c>haldane completion bash|zsh|fish</c></summary>
internal static class CompletionCommand
{
    // The shells ask the program itself what could follow, by the directive [suggest:POSITION] of System.CommandLine.
    private const string Bash = """
        # source <(haldane completion bash)
        _haldane() {
            local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
            local rest="${line#* }"
            mapfile -t COMPREPLY < <(compgen -W "$("$1" "[suggest:${#rest}]" "$rest" 2>/dev/null | grep -v '^[/]')" -- "$word")
        }
        complete -o default -F _haldane haldane ./haldane
        """;

    private const string Zsh = """
        # source <(haldane completion zsh)
        _haldane() {
            local line="${BUFFER[1,CURSOR]}"
            local rest="${line#* }"
            local -a found
            found=(${(f)"$("${words[1]}" "[suggest:${#rest}]" "$rest" 2>/dev/null | grep -v '^[/]')"})
            compadd -- $found
            _files
        }
        compdef _haldane haldane
        """;

    private const string Fish = """
        # haldane completion fish | source
        function __haldane
            set -l line (commandline -cp)
            set -l rest (string replace -r '^\S+\s?' '' -- "$line")
            haldane "[suggest:"(string length -- "$rest")"]" "$rest" 2>/dev/null | string match -v -r '^/'
        end
        complete -c haldane -a '(__haldane)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Prints what has a shell complete commands and options; its first line says how it is used.") { shell };
        command.SetAction(parsed =>
        {
            System.Console.WriteLine(parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            });
            return ExitCode.Done;
        });
        return command;
    }
}
