using System.Text;
using Haldane.Store;

namespace Haldane.Exports;

/// <summary>Writes a file that is there whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the file, to the disk, and puts it in place of whatever was there. For its owner only, as the store is.</summary>
    /// <exception cref="IOException">It cannot be written; what was there still is.</exception>
    public static async Task<T> WriteAsync<T>(string path, Func<TextWriter, Task<T>> write)
    {
        var beside = $"{Path.GetFullPath(path)}.{Environment.ProcessId}.part";
        try
        {
            T result;
            await using (var file = OwnersFile.Open(beside, FileMode.Create))
            {
                await using (var text = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" })
                {
                    result = await write(text);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
            return result;
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
