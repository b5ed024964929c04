import AudioTranscoding
import Subprocess
import SystemPackage
import Testing

@Suite("Transcoding", .timeLimit(.minutes(2)))
struct TranscodingTests {
    struct Input: Sendable, CustomTestStringConvertible {
        let name: String
        let options: [String]
        let format: SourceFormat
        var testDescription: String { name }
    }

    static let inputs = [
        Input(name: "vbr.mp3", options: ["-q:a", "4"], format: .mp3),
        Input(name: "bare.mp3", options: ["-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0"], format: .mp3),
        Input(name: "low.mp3", options: ["-ar", "22050", "-ac", "1", "-b:a", "32k"], format: .mp3),
        Input(name: "plain.wav", options: [], format: .wav),
        Input(name: "float.wav", options: ["-c:a", "pcm_f32le", "-ar", "48000"], format: .wav),
        Input(name: "plain.flac", options: [], format: .flac),
        Input(name: "vorbis.ogg", options: ["-c:a", "libvorbis"], format: .ogg),
        Input(name: "opus.ogg", options: ["-c:a", "libopus"], format: .ogg),
        Input(name: "plain.aac", options: ["-c:a", "aac"], format: .adts),
        Input(name: "plain.m4a", options: ["-c:a", "aac"], format: .mp4),
        Input(name: "fast.m4a", options: ["-c:a", "alac", "-movflags", "+faststart"], format: .mp4),
        Input(name: "fragments.mp4", options: ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"], format: .mp4),
    ]

    @Test("every accepted format becomes a result that passes the verifier", arguments: inputs)
    func everyFormat(_ input: Input) async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 12, input.options, output: input.name)
        let audio = try await bench.transcoder().transcode(source: source, into: bench.output)

        #expect(HLSVerifier.verify(directory: bench.output) == [])
        #expect(audio.sourceFormat == input.format)
        #expect(abs(audio.durationMilliseconds - 12_000) < 120)
        #expect(audio.renditions.map(\.name) == ["high", "low"])
        #expect(audio.renditions.allSatisfy { $0.segments.count == 2 && $0.sampleRate == 44_100 })
        #expect(bench.names(in: bench.output) == Set(audio.publishingOrder.map(\.name)))
        #expect(audio.publishingOrder.last?.name == "master.m3u8")
        #expect(audio.waveform.peaks.count == 2 * Waveform.bucketsMax)
        let loudness = try #require(audio.loudness.integratedLUFS)
        #expect((-12 ... -6).contains(loudness))
        #expect(bench.names(in: bench.root) == [input.name, "track"], "nothing but source and result may be left")
    }

    @Test("an independent player reads both variants from time zero")
    func independentPlayer() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 21, output: "a.flac")
        let audio = try await bench.transcoder().transcode(source: source, into: bench.output)
        let result = try await run(
            .path("/usr/bin/ffprobe"),
            arguments: [
                "-v", "warning", "-show_entries", "program=program_id:format=start_time,duration:stream=codec_name",
                "-of", "default=nk=0", "master.m3u8",
            ],
            workingDirectory: bench.output,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(result.terminationStatus.isSuccess)
        #expect(result.standardError == "")
        #expect(result.standardOutput.contains("start_time=0.000000"))
        #expect(result.standardOutput.contains("program_id=1") && !result.standardOutput.contains("program_id=2"))
        #expect(result.standardOutput.contains("codec_name=aac"))
        #expect(audio.renditions[0].segments.count == 3)
    }

    @Test("two runs, confined or not, give identical bytes, and the second keeps the first result")
    func deterministic() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 11, output: "a.mp3")
        let first = try await bench.transcoder().transcode(source: source, into: bench.output)
        let again = try await bench.transcoder().transcode(source: source, into: bench.output)
        let other = bench.root.appending("other")
        let unconfined = try await bench.transcoder { $0.sandbox = .processLimitsOnly }
            .transcode(source: source, into: other)
        #expect(first == again)
        #expect(first == unconfined)
        let segment = try bench.read(bench.output.appending("high_000.aac"))
        #expect(segment.firstRange(of: Array("Lavc".utf8)) == nil, "no library version may be in the audio")
        for file in first.publishingOrder {
            #expect(try bench.read(bench.output.appending(file.name)) == bench.read(other.appending(file.name)))
        }
    }

    @Test("another source replaces an earlier result as a whole")
    func replaces() async throws {
        let bench = try Workbench()
        let long = try await bench.tone(seconds: 11, output: "long.flac")
        let short = try await bench.tone(seconds: 2, output: "short.flac")
        _ = try await bench.transcoder().transcode(source: long, into: bench.output)
        _ = try await bench.transcoder().transcode(source: short, into: bench.output)
        #expect(HLSVerifier.verify(directory: bench.output) == [])
        #expect(bench.names(in: bench.output)?.contains("high_001.aac") == false)
        #expect(bench.names(in: bench.root) == ["long.flac", "short.flac", "track"])
    }

    @Test("a directory that holds something else is not touched")
    func foreignDirectory() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 1, output: "a.flac")
        let directory = FilePath(bench.root.string)
        let error = await transcodingError {
            _ = try await bench.transcoder().transcode(source: source, into: directory.appending("sub/.."))
        }
        #expect(error?.code == .destinationOccupied)
        let target = bench.root.appending("a.d")
        try FilePath.makeDirectory(target)
        try bench.write([1], to: "a.d/precious.txt")
        let refused = await transcodingError {
            _ = try await bench.transcoder().transcode(source: source, into: target)
        }
        #expect(refused?.code == .destinationOccupied)
        #expect(bench.names(in: target) == ["precious.txt"])
    }

    @Test("progress begins at 0, never goes back, and ends at 100")
    func progress() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 45, output: "a.mp3")
        let log = Log<TranscodingProgress>()
        let audio = try await bench.transcoder().transcode(source: source, into: bench.output) { log.append($0) }
        let values = log.values
        #expect(values.first?.percent == 0)
        #expect(values.last?.percent == 100)
        #expect(values.last?.encodedSeconds == Double(audio.durationMilliseconds) / 1_000)
        #expect(values.dropLast().allSatisfy { $0.percent <= 99 })
        #expect(zip(values, values.dropFirst()).allSatisfy { $0.percent <= $1.percent && $0 != $1 })
        #expect(values.count > 2)
    }

    @Test("the environment names the decoder and the confinement in use")
    func environment() async throws {
        let bench = try Workbench()
        let plain = try await bench.transcoder { $0.sandbox = .processLimitsOnly }.environment()
        #expect(plain.isolation == .processLimits)
        #expect(plain.ffmpegVersion.contains { $0.isNumber })
        let automatic = try await bench.transcoder().environment()
        #expect((automatic.isolation == .bubblewrap) == (automatic.isolationNote == nil))
    }
}
