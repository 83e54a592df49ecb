// The demo and the load tests measure time on a machine of two cores: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
