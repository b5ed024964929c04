import ActivityContracts
import AudioTranscoding
import Logging

extension PlatformConfiguration {
    /// One `name = value` per line, secrets as `***`.
    public var redacted: String {
        let pairs: [(ConfigurationSetting, String)] = [
            (.dataFolder, dataFolder), (.database, database), (.host, host), (.port, "\(port)"),
            (.publicURL, publicURL), (.bucket, bucket), (.storageSecret, Self.shown(storageSecret)),
            (.tokenSecret, Self.shown(exposure.tokenSecret)), (.transcodingSlots, "\(transcodingSlots)"),
            (.lyricsSlots, "\(lyricsSlots)"), (.activitySlots, "\(activitySlots)"),
            (.drainSeconds, "\(drain.components.seconds)"), (.sandbox, sandbox.rawValue),
            (.arrivalMinutes, "\(flowTiming.arrivalSeconds / 60)"),
            (.reminderMinutes, "\(flowTiming.review.reminderSeconds / 60)"),
            (.escalationMinutes, "\(flowTiming.review.escalationSeconds / 60)"),
            (.geminiKey, geminiKey.map { "\($0)" } ?? "(none: lyrics are timed on this machine)"),
            (.geminiURL, geminiURL), (.geminiModel, geminiModel), (.logLevel, logLevel.rawValue),
            (.logFormat, logFormat.rawValue), (.exerciseLedger, exerciseLedger ?? "(none)"),
        ]
        return (pairs + exposure.printed + cloud.shown).map { "\($0.name) = \($1)" }.joined(separator: "\n")
    }

    private static func shown(_ secret: Secret?) -> String {
        secret.map { "\($0)" } ?? "(generated in the data folder)"
    }
}
