import Subprocess
import Testing

@testable import AudioTranscoding

@Suite("Meaning of a decoder's ending")
struct DecoderReportTests {
    @Test(
        "status and messages become a code",
        arguments: [
            (.exited(1), "av_interleaved_write_frame(): No space left on device", .diskFull),
            (.exited(255), "Exiting normally, received signal 24.", .resourceLimit),
            (.exited(153), "", .resourceLimit),
            (.signaled(25), "", .resourceLimit),
            (.exited(137), "", .decoderKilled),
            (.signaled(9), "", .decoderKilled),
            (.exited(139), "", .decoderFailed),
            (.exited(1), "Stream map '0:a:0' matches no streams.", .noAudioTrack),
            (.exited(1), "[mov] moov atom not found", .truncated),
            (.exited(1), "song: Invalid data found when processing input", .decoderFailed),
        ] as [(TerminationStatus, String, TranscodingError.Code)]
    )
    func codes(_ status: TerminationStatus, _ messages: String, _ code: TranscodingError.Code) {
        #expect(DecoderReport.failure(.init(status: status, messages: messages))?.code == code)
    }

    @Test("a clean exit is no failure, whatever was said")
    func success() {
        #expect(DecoderReport.failure(.init(status: .exited(0), messages: "matches no streams")) == nil)
    }

    @Test("loudness comes from the last summary")
    func loudness() {
        let text = """
            I: -1.0 LUFS Summary:

              Integrated loudness:
                I:         -12.7 LUFS
                Threshold: -22.9 LUFS

              Loudness range:
                LRA:         3.4 LU

              True peak:
                Peak:       -1.6 dBFS
            """
        let expected = Loudness(integratedLUFS: -12.7, rangeLU: 3.4, truePeakDBTP: -1.6)
        #expect(DecoderReport.loudness(in: text) == expected)
        #expect(DecoderReport.loudness(in: "nothing") == Loudness())
    }

    @Test("silence has no loudness, and its description can be encoded")
    func silence() {
        let text = "Summary:\n I: -70.0 LUFS\n LRA: 0.0 LU\n Peak: -inf dBFS\n"
        #expect(DecoderReport.loudness(in: text) == Loudness())
    }
}

@Suite("Transcoding errors")
struct TranscodingErrorTests {
    @Test(
        "codes are kebab-case, messages are sentences without tools or paths",
        arguments: TranscodingError.Code.allCases
    )
    func wording(_ code: TranscodingError.Code) {
        #expect(code.rawValue.allSatisfy { $0 == "-" || $0.isLowercase })
        let message = TranscodingError(code, detail: "x").artistMessage
        #expect(message.hasSuffix("."))
        #expect(!message.lowercased().contains("ffmpeg") && !message.contains("/"))
    }

    @Test("nothing that is the file's own fault is retryable")
    func retryable() {
        let retryable = Set(TranscodingError.Code.allCases.filter(\.isRetryable))
        #expect(
            retryable == [
                .timedOut, .decoderKilled, .diskFull, .storageFailed, .sourceUnreadable, .sandboxUnavailable,
                .ffmpegMissing, .cancelled,
            ]
        )
    }
}

@Suite("Waveform")
struct WaveformTests {
    @Test("keeps minimum and maximum of equal stretches")
    func folds() {
        var builder = WaveformBuilder(sampleCount: 1_600)
        let samples = (0..<1_600).flatMap { index -> [UInt8] in
            let sample: Int16 = index == 0 ? .min : index == 1_599 ? .max : Int16(index % 2) * 256
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        samples.withUnsafeBytes { builder.append(littleEndian: $0) }
        let peaks = builder.waveform.peaks
        #expect(peaks.count == 1_600)
        #expect(peaks.prefix(4) == [-128, 1, 0, 1])
        #expect(peaks.suffix(2) == [0, 127])
    }

    @Test("a recording of few samples has one stretch for each")
    func short() {
        var builder = WaveformBuilder(sampleCount: 3)
        [UInt8](repeating: 1, count: 6).withUnsafeBytes { builder.append(littleEndian: $0) }
        #expect(builder.waveform.peaks == [1, 1, 1, 1, 1, 1])
    }
}
