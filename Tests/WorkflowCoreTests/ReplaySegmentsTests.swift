import Testing
import WorkflowCore

@Suite("Cutting a history into activations")
struct ReplaySegmentsTests {
    static func shape(_ history: [HistoryEvent]) -> [String] {
        var segments = ReplaySegments(history)
        var result: [String] = []
        while let segment = segments.next() {
            let inbound = segment.inbound.map { String($0.id) }.joined(separator: " ")
            let outbound = segment.outbound.map { String($0.id) }.joined(separator: " ")
            result.append("\(inbound) | \(segment.taskTime == nil ? "open" : "ran") | \(outbound)")
        }
        return result
    }

    @Test("an empty history has no activation")
    func empty() {
        var segments = ReplaySegments([])
        #expect(segments.isAtEnd)
        let next = segments.next()
        #expect(next == nil)
    }

    @Test("a run that waits: what arrived, the activation, its commands")
    func waiting() {
        var history = HistoryBuilder.activated
        _ = history.activity()
        _ = history.timer()
        #expect(Self.shape(history.events) == ["1 2 3 4 | ran | 5 6"])
    }

    @Test("a whole run with two activations, a signal and a marker")
    func whole() {
        var history = HistoryBuilder.activated
        let activity = history.activity()
        history.add(Sample.attributes(.markerRecorded))
        history.add(Sample.attributes(.workflowExecutionSignaled))
        history.complete(activity: activity)
        history.activate()
        history.complete()
        #expect(Self.shape(history.events) == ["1 2 3 4 | ran | 5 6", "7 8 9 10 11 12 | ran | 13"])
    }

    @Test("an activation without commands is followed by the next one")
    func idle() {
        var history = HistoryBuilder.activated
        history.activate()
        history.activate()
        #expect(Self.shape(history.events) == ["1 2 3 4 | ran | ", "5 6 7 | ran | ", "8 9 10 | ran | "])
    }

    @Test("what arrived and was not worked on yet is an open segment", arguments: 1...3)
    func open(length: Int) {
        let history = Array(HistoryBuilder.activated.events.prefix(length))
        let ids = (1...length).map(String.init).joined(separator: " ")
        #expect(Self.shape(history) == ["\(ids) | open | "])
    }

    @Test("an activation's time is the time of its completion")
    func taskTime() throws {
        var segments = ReplaySegments(HistoryBuilder.activated.events)
        let segment = try #require(segments.next() as ReplaySegments.Segment?)
        #expect(segment.taskTime == HistoryBuilder.beginning + .seconds(4))
        #expect(segments.isAtEnd)
    }

    @Test("a terminated run ends with an open segment")
    func terminated() {
        var history = HistoryBuilder.activated
        _ = history.timer()
        history.add(Sample.attributes(.workflowExecutionTerminated))
        #expect(Self.shape(history.events) == ["1 2 3 4 | ran | 5", "6 | open | "])
    }
}
