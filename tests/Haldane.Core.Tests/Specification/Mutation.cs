namespace Haldane.Core.Tests.Specification;

/// <summary>Spoils a file the way people, editors and attackers do.</summary>
internal static class Mutation
{
    private static readonly byte[] Favourites = [.. "[]{}:,-?&*!|>'\"%@`#~\t\n\r \0\\/.0"u8, 0x80, 0xC3, 0xFF];

    /// <summary>One to four changes.</summary>
    public static byte[] Of(byte[] content, Random random)
    {
        var changed = new List<byte>(content);
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            Change(changed, random);
        }

        return [.. changed];
    }

    private static void Change(List<byte> content, Random random)
    {
        var at = random.Next(content.Count);
        var length = Math.Min(random.Next(1, 40), content.Count - at);
        switch (random.Next(7))
        {
            case 0:
                content[at] = Favourites[random.Next(Favourites.Length)];
                break;
            case 1:
                content.Insert(at, Favourites[random.Next(Favourites.Length)]);
                break;
            case 2:
                content[at] = (byte)random.Next(256);
                break;
            case 3 when length < content.Count:
                content.RemoveRange(at, length);
                break;
            case 4:
                content.InsertRange(random.Next(content.Count), content.GetRange(at, length));
                break;
            case 5:
                RepeatLine(content, at);
                break;
            default:
                content.Reverse(at, length);
                break;
        }
    }

    private static void RepeatLine(List<byte> content, int at)
    {
        var start = content.LastIndexOf((byte)'\n', at) + 1;
        var end = content.IndexOf((byte)'\n', at);
        if (end > start)
        {
            content.InsertRange(start, content.GetRange(start, end - start + 1));
        }
    }
}
