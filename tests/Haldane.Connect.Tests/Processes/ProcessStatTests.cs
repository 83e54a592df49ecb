using System.Text;
using Haldane.Connect.Processes;
using Haldane.Core.Ports;

namespace Haldane.Connect.Tests.Processes;

public sealed class ProcessStatTests
{
    [Theory]
    [InlineData("4711 (python3) S 17 4711 4711 0 -1 4194304 5 6 7 8 100 20 3000 400 20 0 9 0 123 456789 2560 18446744073709551615 1 1 0 0\n", 17, 3520, 2560)]
    [InlineData("4711 (a) S 99 (b) 1 2) R 17 4711 4711 0 -1 4194304 5 6 7 8 1 2 3 4 20 0 9 0 123 456789 2560 18446744073709551615", 17, 10, 2560)]
    [InlineData("4711 () Z 17 4711 4711 0 -1 4194304 5 6 7 8 1 0 0 0 20 0 9 0 123 0 0 184467", 17, 1, 0)]
    public void A_line_is_read_behind_the_name(string line, int parent, long ticks, long pages) =>
        Assert.Equal(new ProcessStat(parent, ticks, pages), ProcessStat.Read(Encoding.UTF8.GetBytes(line)));

    [Theory]
    [InlineData("")]
    [InlineData("4711 (python3)")]
    [InlineData("4711 (python3) S 17 4711 4711 0 -1 4194304 5 6 7 8 100 20 3000 400 20 0 9 0 123 456789")]
    [InlineData("4711 (python3) S many 4711 4711 0 -1 4194304 5 6 7 8 100 20 3000 400 20 0 9 0 123 456789 2560")]
    public void What_is_no_line_says_nothing(string line) => Assert.Null(ProcessStat.Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void A_process_is_added_up_with_all_that_it_has_started()
    {
        var all = new Dictionary<int, ProcessStat>
        {
            [1] = new(0, 1_000, 1_000),
            [20] = new(1, 5_000, 5_000),
            [10] = new(12, 100, 1), // its number was given anew between two lines
            [11] = new(10, 20, 2),
            [12] = new(11, 3, 3),
        };

        Assert.Equal(new ProcessUsage(1.23, 6L * Environment.SystemPageSize), ProcessTree.Sum(10, all));
        Assert.Null(ProcessTree.Sum(30, all));
    }
}
