import SystemPackage

/// Turns the encoder's bare ADTS segments into the published layout: timestamp tags, exact playlists, master last.
struct HLSPackager {
    let work: FilePath
    let result: FilePath

    struct Package {
        var renditions: [Rendition]
        var playlists: [PublishedFile]
    }

    /// - Throws: `decoder-failed` when the encoder's output is not what the layout promises.
    func assemble() throws(TranscodingError) -> Package {
        var renditions: [Rendition] = []
        for kind in RenditionKind.allCases { renditions.append(try rendition(kind)) }
        guard Set(renditions.map { $0.segments.map(\.samples) }).count == 1 else {
            throw TranscodingError(.decoderFailed, detail: "the segments of the variants are not aligned")
        }
        var playlists: [PublishedFile] = []
        for (kind, rendition) in zip(RenditionKind.allCases, renditions) {
            playlists.append(try write(Playlist.media(rendition), named: kind.playlist))
        }
        playlists.append(try write(Playlist.master(renditions), named: RenditionKind.masterPlaylist))
        return Package(renditions: renditions, playlists: playlists)
    }

    private func rendition(_ kind: RenditionKind) throws(TranscodingError) -> Rendition {
        let present = Set(try ResultFile.names(in: work) ?? [])
        var segments: [Rendition.Segment] = []
        var (samplesBefore, sampleRate) = (0, 0)
        while present.contains(kind.segment(segments.count)) {
            let name = kind.segment(segments.count)
            let bytes = try ResultFile.read(work.appending(name))
            let summary = try scan(bytes, name)
            sampleRate = summary.sampleRate
            let stamp = TimestampTag.timestamp(samples: samplesBefore, sampleRate: sampleRate)
            let file = try ResultFile.write(TimestampTag.bytes(timestamp: stamp) + bytes, named: name, in: result)
            let micros = Playlist.micros(samples: summary.samples, sampleRate: sampleRate)
            segments.append(Rendition.Segment(file: file, samples: summary.samples, durationMicroseconds: micros))
            samplesBefore += summary.samples
        }
        guard !segments.isEmpty, segments.count < 1_000 else {
            throw TranscodingError(.decoderFailed, detail: "\(segments.count) segments of \(kind), expected 1...999")
        }
        let (peak, average) = Playlist.bandwidth(segments)
        return Rendition(
            name: kind.rawValue,
            bandwidth: peak,
            averageBandwidth: average,
            sampleRate: sampleRate,
            segments: segments
        )
    }

    private func scan(_ bytes: [UInt8], _ name: String) throws(TranscodingError) -> ADTSScanner.Summary {
        do {
            return try ADTSScanner.scan(bytes)
        } catch {
            throw TranscodingError(.decoderFailed, detail: "encoder wrote a bad segment \(name): \(error)")
        }
    }

    private func write(_ text: String, named name: String) throws(TranscodingError) -> PublishedFile {
        try ResultFile.write(Array(text.utf8), named: name, in: result)
    }
}
