/// How far a transcoding has come.
///
/// Successive values of one transcoding never decrease; the first is 0 and the last of a successful one is 100.
public struct TranscodingProgress: Codable, Sendable, Equatable {
    /// Whole percent, 0...100. It stays at most 99 until the result is in place.
    public let percent: Int
    /// Seconds of audio already encoded.
    public let encodedSeconds: Double

    /// Creates a progress value.
    public init(percent: Int, encodedSeconds: Double) {
        self.percent = percent
        self.encodedSeconds = encodedSeconds
    }
}

/// Turns the encoder's position into progress that never goes back.
struct ProgressMeter {
    private(set) var latest = TranscodingProgress(percent: 0, encodedSeconds: 0)
    private let declaredSeconds: Double?

    init(declaredSeconds: Double?) {
        self.declaredSeconds = declaredSeconds
    }

    /// The new progress, or nil when nothing a reader could see has changed.
    mutating func advance(toSeconds seconds: Double) -> TranscodingProgress? {
        var percent = latest.percent
        if let declaredSeconds, declaredSeconds > 0, seconds.isFinite {
            percent = max(percent, Int(min(99, max(0, 100 * seconds / declaredSeconds))))
        }
        let next = TranscodingProgress(percent: percent, encodedSeconds: max(latest.encodedSeconds, seconds))
        guard next != latest else { return nil }
        latest = next
        return next
    }
}
