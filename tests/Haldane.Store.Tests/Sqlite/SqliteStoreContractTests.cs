using Haldane.Core.Ports;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

public sealed class SqliteStoreContractTests : RolloutStoreContract
{
    private readonly TempFolder _folder = new();

    protected override async Task<IRolloutStore> OpenAsync() => await SqliteStore.OpenAsync(_folder.File(), CancellationToken.None);

    protected override void Clean() => _folder.Dispose();
}
