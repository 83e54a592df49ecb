using Spectre.Console;

namespace Haldane.Screens;

/// <summary>What pictures are drawn on.</summary>
internal static class Paper
{
    private const int WidthOfFiles = 160;

    /// <summary>In a file or a pipe: no colours, and wider than a terminal, so that lines are not broken for nobody.</summary>
    public static void Prepare()
    {
        if (System.Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.Interactive = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            AnsiConsole.Profile.Width = WidthOfFiles;
        }
    }
}
