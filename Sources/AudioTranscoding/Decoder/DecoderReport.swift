import Subprocess

/// Reads meaning from how a decoder ended.
enum DecoderReport {
    /// The failure the ending stands for; nil when the decoder succeeded.
    static func failure(_ ending: DecoderProcess.Ending) -> TranscodingError? {
        if ending.status.isSuccess { return nil }
        let messages = ending.messages
        let detail = "decoder ended with \(ending.status): …\(messages.suffix(2_000))"
        let matches: [(text: String, code: TranscodingError.Code)] = [
            ("No space left on device", .diskFull),
            ("received signal 24", .resourceLimit),
            ("Cannot allocate memory", .resourceLimit),
            ("File too large", .resourceLimit),
            ("failed to map segment", .resourceLimit),
            ("matches no streams", .noAudioTrack),
            ("moov atom not found", .truncated),
            ("not on whitelist", .unsupportedFormat),
        ]
        if let match = matches.first(where: { messages.contains($0.text) }) {
            return TranscodingError(match.code, detail: detail)
        }
        return TranscodingError(code(for: signal(ending.status)), detail: detail)
    }

    /// The signal that ended the decoder. A wrapper reports its child's signal as 128 + number.
    private static func signal(_ status: TerminationStatus) -> Int32? {
        switch status {
        case .signaled(let number): number
        case .exited(let code) where code > 128 && code < 192: code - 128
        case .exited: nil
        }
    }

    private static func code(for signal: Int32?) -> TranscodingError.Code {
        switch signal {
        case 24, 25: .resourceLimit  // SIGXCPU, SIGXFSZ
        case 1, 2, 9, 15: .decoderKilled
        default: .decoderFailed
        }
    }

    /// The loudness summary, which the meter prints as the last thing it does.
    static func loudness(in messages: String) -> Loudness {
        guard let start = messages.ranges(of: "Summary:").last else { return Loudness() }
        func value(_ label: String) -> Double? {
            let summary = messages[start.upperBound...]
            guard let found = summary.firstRange(of: label) else { return nil }
            let word = summary[found.upperBound...].drop { $0 == " " }.prefix { !$0.isWhitespace }
            return Double(word).flatMap { $0.isFinite ? $0 : nil }
        }
        // -70 LUFS is the gate of the measurement (EBU Tech 3341): nothing above it was heard.
        let integrated = value("I:").flatMap { $0 > -70 ? $0 : nil }
        return Loudness(
            integratedLUFS: integrated,
            rangeLU: integrated == nil ? nil : value("LRA:"),
            truePeakDBTP: value("Peak:")
        )
    }
}
