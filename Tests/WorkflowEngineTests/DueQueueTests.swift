import Testing
import WorkflowCore

@testable import WorkflowEngine

@Suite("What is due on the engine's thread")
struct DueQueueTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func popAll(_ queue: inout DueQueue) -> [EventID] {
        var events: [EventID] = []
        while case .timer(_, let event)? = queue.popDue(at: time(.max - 1)) { events.append(event) }
        return events
    }

    @Test("comes out by time, and in the order of planning at the same time")
    func order() {
        var queue = DueQueue()
        for (event, milliseconds) in [(1, 30), (2, 10), (3, 20), (4, 10)] as [(EventID, Int64)] {
            queue.insert(.timer(RunKey(1), event), at: time(milliseconds))
        }
        #expect(popAll(&queue) == [2, 4, 3, 1])
    }

    @Test("timers that are no longer armed do not pile up until they would have been due")
    func obsolete() {
        var queue = DueQueue()
        var peak = 0
        for event in 1...100_000 as ClosedRange<EventID> {
            queue.insert(.timer(RunKey(event), event), at: time(1_000_000 + event))
            // Ten runs at a time keep their timer.
            if queue.isCrowded {
                queue.removeAll { if case .timer(_, let id) = $0 { id < event - 9 } else { false } }
            }
            peak = max(peak, queue.count)
        }
        #expect(peak <= 1_024)
        #expect(popAll(&queue).suffix(10) == Array(99_991...100_000))
    }

    @Test("a queue full of what is needed is looked through only each time it has doubled")
    func needed() {
        var queue = DueQueue()
        var looks = 0
        for event in 1...100_000 as ClosedRange<EventID> {
            queue.insert(.timer(RunKey(event), event), at: time(event))
            guard queue.isCrowded else { continue }
            looks += 1
            queue.removeAll { _ in false }
        }
        #expect(looks == 7)
        #expect(popAll(&queue) == Array(1...100_000))
    }

    @Test("a run that was loaded again and again has one entry for each of its timers, and one for its time limit")
    func loadedAgain() {
        var queue = DueQueue()
        for _ in 0..<1_000 {
            queue.insert(.timer(RunKey(1), 7), at: time(70))
            queue.insert(.timer(RunKey(1), 8), at: time(60))
            queue.insert(.timer(RunKey(2), 7), at: time(50))
            queue.insert(.runTimeout(RunKey(1)), at: time(80))
            queue.insert(.call {}, at: time(90))
        }
        queue.removeAll { _ in false }
        #expect(queue.count == 4 + 1_000)
        #expect(popAll(&queue) == [7, 8, 7])
    }
}
