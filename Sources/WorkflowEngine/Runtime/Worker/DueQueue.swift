import HeapModule
import WorkflowCore

/// What becomes due on the engine's thread, earliest first; of the same time, first planned first.
struct DueQueue {
    enum Action {
        case timer(RunKey, EventID)
        case runTimeout(RunKey)
        case call(@Sendable () -> Void)

        fileprivate var subject: Subject? {
            switch self {
            case .timer(let run, let event): Subject(run: run, timer: event)
            case .runTimeout(let run): Subject(run: run, timer: nil)
            case .call: nil
            }
        }
    }

    /// What becomes due once, however often it was planned: a timer, or a run's time limit.
    fileprivate struct Subject: Hashable {
        let run: RunKey
        let timer: EventID?
    }

    private struct Entry: Comparable {
        let time: Timestamp
        let sequence: Int
        let action: Action
        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.sequence) < (right.time, right.sequence)
        }
        static func == (left: Entry, right: Entry) -> Bool { left.sequence == right.sequence }
    }

    private var heap = Heap<Entry>()
    private var sequence = 0
    private var crowdedFrom = Self.smallest

    /// Below this number of entries nothing is gained by removing any.
    private static let smallest = 1_024

    var count: Int { heap.count }

    /// Whether the queue has doubled since the last ``removeAll(where:)``: timers are cancelled and runs end long before their
    /// entries are due, and each removal by itself would be a search.
    var isCrowded: Bool { heap.count >= crowdedFrom }

    var next: Timestamp? { heap.min?.time }

    mutating func insert(_ action: Action, at time: Timestamp) {
        guard time != .never else { return }
        sequence += 1
        heap.insert(Entry(time: time, sequence: sequence, action: action))
    }

    /// Takes out all calls, earliest first.
    mutating func removeCalls() -> [@Sendable () -> Void] {
        var calls: [@Sendable () -> Void] = []
        var rest = Heap<Entry>()
        while let entry = heap.popMin() {
            if case .call(let call) = entry.action { calls.append(call) } else { rest.insert(entry) }
        }
        heap = rest
        return calls
    }

    /// Takes out entries that are no longer needed, and those a run has left behind each time it was loaded; the rest keeps
    /// its order.
    mutating func removeAll(where isObsolete: (Action) -> Bool) {
        var seen: Set<Subject> = []
        heap = Heap(
            heap.unordered.filter { entry in
                !isObsolete(entry.action) && (entry.action.subject.map { seen.insert($0).inserted } ?? true)
            }
        )
        crowdedFrom = max(Self.smallest, 2 * heap.count)
    }

    mutating func popDue(at now: Timestamp) -> Action? {
        guard let first = heap.min, first.time <= now else { return nil }
        return heap.removeMin().action
    }
}
