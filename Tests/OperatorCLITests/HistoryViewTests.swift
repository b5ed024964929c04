import OperatorCLI
import Testing
import WorkflowCore
import WorkflowStore

private let style = TextStyle(hasColor: false, isUnicode: true, width: nil)
private let unreachable = Failure.application("bucket is not reachable", type: "StoreUnavailable")

/// A history and the rows it gives: what, and how the row describes input and result.
struct GoldenHistory: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var events: [HistoryEvent]
    var what: [String]
    var lastDetail: String
}

private let golden: [GoldenHistory] = [
    GoldenHistory(
        testDescription: "happy",
        events: happyHistory,
        what: [
            "workflow PublishTrack started by api", "activity TranscodeTrack completed",
            "signal review arrived from admin-3", "workflow completed",
        ],
        lastDetail: #"→ {"stage":"published"}"#
    ),
    GoldenHistory(
        testDescription: "attempts used up",
        events: history(
            .started,
            .scheduled,
            .attempt(5, of: 2),
            .activityTaskFailed(
                ActivityTaskFailed(
                    failure: unreachable,
                    scheduledEventID: 2,
                    startedEventID: 3,
                    retryState: .maximumAttemptsReached
                )
            )
        ),
        what: ["workflow PublishTrack started by api", "activity TranscodeTrack failed, attempts used up"],
        lastDetail: #"{"trackID":"7f3a"} → bucket is not reachable [StoreUnavailable]"#
    ),
    GoldenHistory(
        testDescription: "never started, timed out",
        events: history(
            .started,
            .scheduled,
            .activityTaskTimedOut(
                ActivityTaskFailed(
                    failure: Failure(
                        message: "waited too long",
                        kind: .timeout(.scheduleToStart, lastHeartbeatDetails: nil)
                    ),
                    scheduledEventID: 2,
                    startedEventID: 0,
                    retryState: .timeout
                )
            )
        ),
        what: [
            "workflow PublishTrack started by api",
            "activity TranscodeTrack timed out, no time left for another attempt",
        ],
        lastDetail: #"{"trackID":"7f3a"} → waited too long [ScheduleToStart timeout]"#
    ),
    GoldenHistory(
        testDescription: "cancelled",
        events: history(
            .started,
            .scheduled,
            .timer(.seconds(2_592_000)),
            .workflowExecutionCancelRequested(cause: "withdrawn", identity: "admin-3"),
            .activityTaskCancelRequested(scheduledEventID: 2, workflowTaskCompletedEventID: 4),
            .timerCanceled(startedEventID: 3, workflowTaskCompletedEventID: 4),
            .activityTaskCanceled(
                ActivityTaskCanceled(details: json("40"), scheduledEventID: 2, startedEventID: 0)
            ),
            .workflowExecutionCanceled(workflowTaskCompletedEventID: 7)
        ),
        what: [
            "workflow PublishTrack started by api", "cancellation requested by admin-3: withdrawn",
            "timer of 30 d cancelled", "activity TranscodeTrack cancelled", "workflow cancelled",
        ],
        lastDetail: ""
    ),
    GoldenHistory(
        testDescription: "failed with a cause",
        events: history(
            .started,
            .markerRecorded(
                MarkerRecorded(
                    markerName: MarkerRecorded.patchMarkerName,
                    details: "v2",
                    workflowTaskCompletedEventID: 1
                )
            ),
            .timer(.milliseconds(1500)),
            .timerFired(startedEventID: 3),
            .workflowExecutionFailed(
                WorkflowExecutionFailed(
                    failure: .application("cannot publish", type: "", cause: unreachable),
                    workflowTaskCompletedEventID: 1
                )
            )
        ),
        what: [
            "workflow PublishTrack started by api", "patch v2 is active", "timer of 1.5 s fired", "workflow failed",
        ],
        lastDetail: "→ cannot publish; caused by: bucket is not reachable [StoreUnavailable]"
    ),
    GoldenHistory(
        testDescription: "terminated",
        events: history(.started, .workflowExecutionTerminated(reason: "by mistake", identity: "operator-1")),
        what: ["workflow PublishTrack started by api", "workflow terminated by operator-1: by mistake"],
        lastDetail: ""
    ),
    GoldenHistory(
        testDescription: "timed out",
        events: history(.started, .workflowExecutionTimedOut),
        what: ["workflow PublishTrack started by api", "workflow timed out"],
        lastDetail: ""
    ),
    GoldenHistory(
        testDescription: "still pending: no row yet",
        events: history(.started, .scheduled, .timer(.seconds(5))),
        what: ["workflow PublishTrack started by api"],
        lastDetail: #"{"trackID":"7f3a"}"#
    ),
]

@Suite("What happened in a run")
struct HistoryViewTests {
    @Test("a history gives one row per thing", arguments: golden)
    func rows(_ golden: GoldenHistory) {
        let rows = HistoryView.rows(golden.events)
        #expect(rows.map(\.what) == golden.what)
        #expect(rows.last?.detail(style) == golden.lastDetail)
        #expect(rows.map(\.id) == rows.map(\.id).sorted())
    }

    @Test("adding events one by one gives the same rows", arguments: golden)
    func incremental(_ golden: GoldenHistory) {
        var view = HistoryView()
        #expect(golden.events.flatMap { view.append([$0]) } == HistoryView.rows(golden.events))
    }

    @Test("an activity's row tells queue wait, run time, attempts and its events")
    func activity() throws {
        let row = try #require(HistoryView.rows(happyHistory).first { $0.what.hasPrefix("activity") })
        #expect(row.events == [5, 6, 7])
        #expect(row.queued == .seconds(1) && row.took == .seconds(1) && row.attempts == 1)
    }

    @Test("after retries the queue wait is that of the first attempt, or unknown")
    func retries() throws {
        let events = history(
            .started,
            .scheduled,
            .attempt(3, of: 2),
            .activityTaskCompleted(ActivityTaskCompleted(scheduledEventID: 2, startedEventID: 3))
        )
        let first = AttemptRecord(
            scheduledEventID: 2,
            activityType: "TranscodeTrack",
            attempt: 1,
            identity: "w",
            startedAt: events[1].time + .milliseconds(250),
            endedAt: events[2].time,
            outcome: "failed",
            failure: unreachable,
            heartbeatDetails: nil,
            nextAttemptAt: nil
        )
        let known = try #require(HistoryView.rows(events, attempts: [first]).last)
        let unknown = try #require(HistoryView.rows(events).last)
        #expect(known.queued == .milliseconds(250) && known.attempts == 3)
        #expect(unknown.queued == nil && unknown.attempts == 3)
    }
}
