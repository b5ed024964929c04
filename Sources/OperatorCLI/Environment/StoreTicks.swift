import Synchronization
import WorkflowStore

/// Tells that something in the store may have changed; several changes may give one tick.
struct StoreTicks: Sendable {
    let ticks: AsyncStream<Void>
    private let observation: StoreObservation
    private let departure: Departure

    /// Whether the reader of the output has gone, which ticks, too.
    private final class Departure: Sendable {
        let hasHappened = Atomic(false)
    }

    /// Begins at once: look at the store after this, and no change is missed.
    ///
    /// - Parameter output: whose reader is watched; otherwise nobody would hear of its departure before there is something
    ///   to write, which may be never.
    init(_ store: any WorkflowStore, readerOf output: (any OutputSink)? = nil) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let departure = Departure()
        ticks = stream
        self.departure = departure
        observation = store.observe { _ in continuation.yield() }
        output?.watchReader {
            departure.hasHappened.store(true, ordering: .releasing)
            continuation.yield()
        }
    }

    /// - Throws: ``BrokenPipe`` when the reader has gone.
    func checkReader() throws {
        if departure.hasHappened.load(ordering: .acquiring) { throw BrokenPipe() }
    }

    func stop() { observation.cancel() }
}
