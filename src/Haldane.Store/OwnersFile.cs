namespace Haldane.Store;

/// <summary>Files that hold what was decided and asked: their owner's alone.</summary>
public static class OwnersFile
{
    /// <summary>Opens a file for reading and writing; one that is made is readable by its owner only.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.None)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(path, options);
    }
}
