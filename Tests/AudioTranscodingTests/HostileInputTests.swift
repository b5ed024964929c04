import AudioTranscoding
import SystemPackage
import Testing

@Suite("Hostile and broken input", .timeLimit(.minutes(2)))
struct HostileInputTests {
    @Test(
        "is refused with its own code and leaves nothing behind",
        arguments: HostileFile.refused + HostileFile.references + HostileFile.containers
    )
    func refused(_ file: HostileFile) async throws {
        let bench = try Workbench()
        let source = try await file.make(bench)
        let before = bench.names(in: bench.root)
        let error = await transcodingError {
            _ = try await bench.transcoder().transcode(source: source, into: bench.output)
        }
        #expect(error?.code == file.expected, "\(error?.detail ?? "accepted")")
        #expect(error?.isRetryable == false)
        #expect(bench.names(in: bench.root) == before, "no result, no partial directory")
    }

    @Test("unusual but sound files are accepted", arguments: HostileFile.accepted)
    func accepted(_ file: HostileFile) async throws {
        let bench = try Workbench()
        let source = try await file.make(bench)
        let audio = try await bench.transcoder().transcode(source: source, into: bench.output)
        #expect(HLSVerifier.verify(directory: bench.output) == [])
        #expect(audio.durationMilliseconds > 0)
        if file.name.contains("exactly 10.000 s") { #expect(audio.durationMilliseconds == 10_000) }
    }

    @Test("a refused playlist is called one in the artist's message")
    func playlistMessage() async throws {
        let bench = try Workbench()
        let source = try bench.write("#EXTM3U\n/etc/passwd\n".utf8, to: "song.mp3")
        let error = await transcodingError {
            _ = try await bench.transcoder().transcode(source: source, into: bench.output)
        }
        #expect(error?.artistMessage.contains("M3U playlist") == true)
    }

    @Test("a recording longer than allowed is refused, also when its header says nothing")
    func tooLong() async throws {
        let bench = try Workbench()
        let known = try await bench.tone(seconds: 8, output: "known.flac")
        let unknown = try await bench.ffmpeg(
            [
                "-i",
                "known.flac",
                "-c:a",
                "aac",
                "-movflags",
                "frag_keyframe+empty_moov",
            ],
            output: "unknown.mp4"
        )
        for source in [known, unknown] {
            let error = await transcodingError {
                _ = try await bench.transcoder { $0.durationMax = .seconds(3) }
                    .transcode(source: source, into: bench.output)
            }
            #expect(error?.code == .tooLong)
            #expect(error?.detail.contains(source == known ? "declares 8.0 s" : "decoded 4.0 s") == true)
        }
    }

    @Test("limits on size, processor and files end in their own codes")
    func limits() async throws {
        let bench = try Workbench()
        let source = try bench.longRecording()
        let cases: [(TranscodingError.Code, Bool, @Sendable (inout TranscodingConfiguration) -> Void)] = [
            (.tooLarge, false, { $0.sourceBytesMax = 1_000 }),
            (.resourceLimit, false, { $0.fileBytesMax = 100_000 }),
            (.resourceLimit, false, { $0.cpuSecondsMax = 1 }),
            (.timedOut, true, { $0.wallClockMax = .milliseconds(1) }),
        ]
        for (code, retryable, change) in cases {
            let error = await transcodingError {
                _ = try await bench.transcoder(change).transcode(source: source, into: bench.output)
            }
            #expect(error?.code == code, "\(error?.detail ?? "accepted")")
            #expect(error?.isRetryable == retryable)
        }
        #expect(bench.names(in: bench.root) == ["long.wav"])
    }

    @Test("missing tools, sources and parents are retryable and blame nobody")
    func missing() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 1, output: "a.flac")
        let noDecoder = await transcodingError {
            _ = try await bench.transcoder { $0.ffmpegPath = "/nonexistent/ffmpeg" }
                .transcode(source: source, into: bench.output)
        }
        #expect(noDecoder?.code == .ffmpegMissing)
        let noTools = await transcodingError {
            _ = try await bench.transcoder { $0.toolDirectories = ["/nonexistent"] }.environment()
        }
        #expect(noTools?.code == .sandboxUnavailable)
        let noSource = await transcodingError {
            _ = try await bench.transcoder().transcode(source: bench.root.appending("b"), into: bench.output)
        }
        #expect(noSource?.code == .sourceUnreadable)
        let noParent = await transcodingError {
            _ = try await bench.transcoder().transcode(source: source, into: bench.root.appending("x/y"))
        }
        #expect(noParent?.code == .storageFailed)
        #expect([noDecoder, noTools, noSource, noParent].allSatisfy { $0?.isRetryable == true })
    }
}
