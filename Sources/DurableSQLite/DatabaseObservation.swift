import Synchronization

/// A registered observer. Dropping the value does not end the observation; `cancel` does.
public final class DatabaseObservation: Sendable {
    private let list: ObserverList
    private let id: Int

    init(list: ObserverList, id: Int) {
        self.list = list
        self.id = id
    }

    /// Ends the observation. A notification that is under way may still arrive. Idempotent.
    public func cancel() {
        list.remove(id)
    }
}

/// The observers of one database, in order of registration.
final class ObserverList: Sendable {
    typealias Observer = @Sendable (_ notes: [any Sendable], _ foreign: Bool) -> Void

    private struct State {
        var nextID = 0
        var observers: [(id: Int, observer: Observer)] = []
    }

    private let state = Mutex(State())

    func add(_ observer: @escaping Observer) -> DatabaseObservation {
        state.withLock { state in
            state.nextID += 1
            state.observers.append((state.nextID, observer))
            return DatabaseObservation(list: self, id: state.nextID)
        }
    }

    func remove(_ id: Int) {
        state.withLock { $0.observers.removeAll { $0.id == id } }
    }

    func notify(_ notes: [any Sendable], foreign: Bool) {
        for (_, observer) in state.withLock({ $0.observers }) { observer(notes, foreign) }
    }
}
