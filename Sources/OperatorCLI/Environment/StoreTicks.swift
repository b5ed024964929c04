import WorkflowStore

/// Tells that something in the store may have changed; several changes may give one tick.
struct StoreTicks: Sendable {
    let ticks: AsyncStream<Void>
    private let observation: StoreObservation

    /// Begins at once: look at the store after this, and no change is missed.
    init(_ store: any WorkflowStore) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        ticks = stream
        observation = store.observe { _ in continuation.yield() }
    }

    func stop() { observation.cancel() }
}
