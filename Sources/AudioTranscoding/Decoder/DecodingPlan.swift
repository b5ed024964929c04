import SystemPackage

/// The command line of one decoder of a source: one decode, one or two encodes, perhaps loudness and waveform, progress.
///
/// An encoder uses one core, and the encoders of one decoder take turns. So the work can be split over two decoders, which
/// cost a second decode, at most a tenth of the whole. The bytes are the same either way.
///
/// File names in it are relative to the working directory, so no character of a caller's path can act as a pattern.
struct DecodingPlan {
    /// Name of the raw mono scratch file the waveform and the true length are read from.
    static let waveFile = "wave.s16"

    let format: SourceFormat
    /// The source as the decoder sees it, absolute.
    let source: FilePath
    let durationLimit: Duration
    let graphOption: String
    var renditions = RenditionKind.allCases
    /// Whether it makes the loudness and the waveform.
    var measures = true

    /// The same work by so many decoders, one or two; the parts take about as long as each other. The last one measures.
    func split(over decoders: Int) -> [DecodingPlan] {
        guard decoders > 1 else { return [self] }
        var (high, others) = (self, self)
        (high.renditions, high.measures) = ([.high], false)
        others.renditions = [.low]
        return [high, others]
    }

    /// The filter graph. It is not an argument: the decoder reads it from its standard input, see ``StartGate``.
    var filterGraph: String {
        let outputs = renditions.map { "[\($0.rawValue)]" } + (measures ? ["[measured]", "[mono]"] : [])
        let split = outputs.count > 1 ? ",asplit=\(outputs.count)" : ""
        let graph = "[0:a:0]aformat=sample_rates=44100:channel_layouts=stereo\(split)\(outputs.joined())"
        return measures ? graph + ";" + Self.measuring : graph
    }

    private static let measuring = """
        [measured]ebur128=peak=true:framelog=verbose[loudness];\
        [mono]aformat=sample_fmts=s16:sample_rates=\(WaveformBuilder.sampleRate):channel_layouts=mono[wave]
        """

    var arguments: [String] {
        inputArguments + renditions.flatMap(outputArguments) + (measures ? Self.measuringArguments : [])
    }

    private static let measuringArguments = [
        "-map", "[loudness]", "-f", "null", "-", "-map", "[wave]", "-c:a", "pcm_s16le", "-f", "s16le", waveFile,
    ]

    private var inputArguments: [String] {
        // One second more than allowed is decoded: enough to see that the recording is too long.
        [
            "-nostdin", "-y", "-loglevel", "info", "-nostats", "-progress", "pipe:1", "-stats_period", "0.5",
            "-protocol_whitelist", "file,pipe", "-codec_whitelist", format.decoders.joined(separator: ","),
            "-vn", "-sn", "-dn", "-t", String(durationLimit.components.seconds + 1),
            "-f", format.demuxer, "-i", "file:\(source)",
            graphOption, "/dev/stdin",
        ]
    }

    /// `+bitexact` keeps the library version out of the first frame, so that equal sources give equal bytes.
    private func outputArguments(_ kind: RenditionKind) -> [String] {
        [
            "-map", "[\(kind.rawValue)]", "-map_metadata", "-1", "-map_chapters", "-1",
            "-c:a", "aac", "-b:a", String(kind.bitsPerSecond), "-flags:a", "+bitexact",
            "-f", "segment", "-segment_time", String(RenditionKind.segmentSeconds), "-segment_format", "adts",
            kind.segmentPattern,
        ]
    }
}
