import Testing

@testable import WorkflowCore

@Suite("Time limits of an activity")
struct ActivityTimeoutTests {
    static let limits: [Duration?] = [nil, .seconds(5), .seconds(10), .seconds(20)]

    /// Every combination of absent, shorter, equal and longer limits.
    static let combinations: [ActivityOptions] = limits.flatMap { startToClose in
        limits.flatMap { scheduleToClose in
            limits.flatMap { scheduleToStart in
                limits.map { heartbeat in
                    ActivityOptions(
                        startToCloseTimeout: startToClose,
                        scheduleToCloseTimeout: scheduleToClose,
                        scheduleToStartTimeout: scheduleToStart,
                        heartbeatTimeout: heartbeat
                    )
                }
            }
        }
    }

    @Test("every combination of the four limits is normalised by Temporal's rules")
    func everyCombination() throws {
        #expect(Self.combinations.count == 256)
        for options in Self.combinations {
            if options.startToCloseTimeout == nil, options.scheduleToCloseTimeout == nil {
                #expect(throws: InvalidActivityOptions.self) { try options.normalisedTimeouts() }
                continue
            }
            let limits = try options.normalisedTimeouts()
            let given = [options.startToCloseTimeout, options.scheduleToCloseTimeout].compactMap { $0 }
            #expect(limits.startToClose == given.min())
            #expect(limits.scheduleToClose == options.scheduleToCloseTimeout)
            let starts = [options.scheduleToStartTimeout, options.scheduleToCloseTimeout].compactMap { $0 }
            #expect(limits.scheduleToStart == starts.min())
            #expect(limits.heartbeat == options.heartbeatTimeout.map { min($0, limits.startToClose) })
        }
    }

    struct Row: Sendable {
        var options: ActivityOptions
        var expected: ActivityTimeouts
    }

    @Test(
        "limits are derived and capped",
        arguments: [
            Row(
                options: ActivityOptions(startToCloseTimeout: .seconds(10)),
                expected: ActivityTimeouts(startToClose: .seconds(10))
            ),
            Row(
                options: ActivityOptions(scheduleToCloseTimeout: .seconds(60)),
                expected: ActivityTimeouts(
                    scheduleToClose: .seconds(60),
                    scheduleToStart: .seconds(60),
                    startToClose: .seconds(60)
                )
            ),
            Row(
                options: ActivityOptions(
                    startToCloseTimeout: .seconds(90),
                    scheduleToCloseTimeout: .seconds(60),
                    scheduleToStartTimeout: .seconds(70),
                    heartbeatTimeout: .seconds(80)
                ),
                expected: ActivityTimeouts(
                    scheduleToClose: .seconds(60),
                    scheduleToStart: .seconds(60),
                    startToClose: .seconds(60),
                    heartbeat: .seconds(60)
                )
            ),
            Row(
                options: ActivityOptions(
                    startToCloseTimeout: .seconds(10),
                    scheduleToStartTimeout: .seconds(70),
                    heartbeatTimeout: .seconds(3)
                ),
                expected: ActivityTimeouts(
                    scheduleToStart: .seconds(70),
                    startToClose: .seconds(10),
                    heartbeat: .seconds(3)
                )
            ),
        ]
    )
    func normalised(_ row: Row) throws {
        #expect(try row.options.normalisedTimeouts() == row.expected)
    }

    @Test(
        "options that cannot be used are refused with a reason",
        arguments: [
            (
                ActivityOptions(),
                "an activity needs startToCloseTimeout or scheduleToCloseTimeout, both are missing"
            ),
            (
                ActivityOptions(startToCloseTimeout: .zero),
                "startToCloseTimeout must be positive, got 0.0 seconds"
            ),
            (
                ActivityOptions(scheduleToCloseTimeout: .seconds(-1)),
                "scheduleToCloseTimeout must be positive, got -1.0 seconds"
            ),
            (
                ActivityOptions(startToCloseTimeout: .seconds(1), scheduleToStartTimeout: .zero),
                "scheduleToStartTimeout must be positive, got 0.0 seconds"
            ),
            (
                ActivityOptions(startToCloseTimeout: .seconds(1), heartbeatTimeout: .milliseconds(-5)),
                "heartbeatTimeout must be positive, got -0.005 seconds"
            ),
            (
                ActivityOptions(startToCloseTimeout: .seconds(1), retryPolicy: RetryPolicy(maximumAttempts: -1)),
                "maximumAttempts must not be negative, got -1"
            ),
        ]
    )
    func refused(options: ActivityOptions, reason: String) {
        #expect(throws: InvalidActivityOptions(reason: reason)) { try options.normalisedTimeouts() }
    }
}
