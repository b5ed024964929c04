import Testing
import WorkflowCore

@Suite("Timestamps and durations")
struct TimestampTests {
    @Test(
        "a time is printed as ISO 8601 in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1, "1970-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-86_400_000, "1969-12-31T00:00:00.000Z"),
            (-86_400_001, "1969-12-30T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
            (Int64.max, "292278994-08-17T07:12:55.807Z"),
            (Int64.min, "-292275055-05-16T16:47:04.192Z"),
        ]
    )
    func text(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test(
        "adding a duration stays within the range",
        arguments: [
            (0, Duration.milliseconds(5), 5),
            (10, .milliseconds(-5), 5),
            (0, .microseconds(1), 1),
            (.max, .milliseconds(1), .max),
            (.max - 1, .seconds(Int64.max), .max),
            (0, .seconds(Int64.max), .max),
            (.min, .milliseconds(-1), .min),
            (-5, .seconds(Int64.min), .min),
        ] as [(Int64, Duration, Int64)]
    )
    func addition(time: Int64, duration: Duration, sum: Int64) {
        #expect(Timestamp(milliseconds: time) + duration == Timestamp(milliseconds: sum))
    }

    @Test("the time between two points is exact, however far they are apart")
    func difference() {
        #expect(Timestamp(milliseconds: 1500) - Timestamp(milliseconds: 2000) == .milliseconds(-500))
        let whole = Timestamp(milliseconds: .max) - Timestamp(milliseconds: .min)
        #expect(whole == .milliseconds(Int64.max) + .milliseconds(Int64.max) + .milliseconds(1))
    }

    @Test("times are ordered by their milliseconds")
    func order() {
        #expect(Timestamp(milliseconds: -1) < .distantPast)
        #expect(Timestamp.distantPast < .never)
    }

    @Test(
        "a duration is rounded up to whole milliseconds, parts of a nanosecond aside",
        arguments: [
            (Duration.zero, 0),
            (.nanoseconds(1), 1),
            (.microseconds(999), 1),
            (.milliseconds(1), 1),
            (.milliseconds(1) + .nanoseconds(1), 2),
            (.milliseconds(1) - .nanoseconds(1), 1),
            (.nanoseconds(-1), 0),
            (.microseconds(-1500), -1),
            (.seconds(0.1), 100),
            (.seconds(0.3), 300),
            (Duration(secondsComponent: 1, attosecondsComponent: 1), 1000),
            (.seconds(Int64.max), .max),
            (.seconds(Int64.min), .min),
            (.seconds(9_223_372_036_854_775) + .milliseconds(808), .max),
            (.seconds(-9_223_372_036_854_775) - .milliseconds(900), .min),
        ] as [(Duration, Int64)]
    )
    func wholeMilliseconds(duration: Duration, milliseconds: Int64) {
        #expect(duration.wholeMilliseconds == milliseconds)
    }
}
