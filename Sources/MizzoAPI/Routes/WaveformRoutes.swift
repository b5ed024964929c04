import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import MizzoCatalog
import NIOCore

/// `GET /track/{id}/waveform`: the outline of the recording, for players that draw it.
struct WaveformRoutes: Sendable {
    let dependencies: APIDependencies

    /// More than any analysis of ours has.
    private static let byteCountMax: Int64 = 8 << 20

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/track/{id}/waveform",
                .open(.visible),
                "Lowest and highest sample of equal stretches of time",
                parameters: [.trackID, .ifNoneMatch],
                gives: [.ok(View.self, "The waveform.", headers: [.eTag]), .notModified],
                problems: [.trackNotFound, .mediaNotFound]
            ) { try await waveform($0, $1, $2) }
        ]
    }

    /// The members that the waveform formats of browsers' players share (BBC audiowaveform, version 2).
    struct View: Encodable, Described {
        static let schema = Schema.object(
            "Waveform",
            [
                .required("version", .integer), .required("channels", .integer), .required("bits", .integer),
                .required("length", .integer), .required("durationMs", .integer),
                .required("data", .array(of: .integer(-128...127))),
            ]
        )
        var version = 2
        var channels = 1
        var bits = 8
        /// Stretches; `data` has a minimum and a maximum for each.
        var length: Int
        var durationMs: Int
        var data: [Int8]
    }

    /// The part of the transcoder's description that is shown.
    private struct Analysis: Decodable {
        struct Waveform: Decodable { var peaks: [Int8] }
        var waveform: Waveform
        var durationMilliseconds: Int
    }

    private func waveform(
        _ request: Request,
        _ context: APIContext,
        _ principal: Principal?
    ) async throws -> Response {
        let id = try context.trackID()
        let track = try await dependencies.database.read { try Catalog.track(id, in: $0) }
        guard let track, Viewer(principal, of: track).canSee(track) else { throw Problem.trackNotFound(id.rawValue) }
        guard let object = try await dependencies.media.object(MediaKeys.analysis(id)) else {
            throw Problem(.mediaNotFound, "Track \(id) has not been measured yet.")
        }
        let tag = "\"\(object.etag)\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=60", .vary: "Authorization"]
        if EntityTag.noneMatchHits(request.headers[.ifNoneMatch], tag: tag) {
            return Response(status: .notModified, headers: headers)
        }
        let analysis = try JSONDecoder().decode(Analysis.self, from: try await Self.bytes(of: object))
        let peaks = analysis.waveform.peaks
        let view = View(length: peaks.count / 2, durationMs: analysis.durationMilliseconds, data: peaks)
        return try JSON.response(view, headers: headers)
    }

    private static func bytes(of object: MediaObject) async throws -> Data {
        guard object.size <= byteCountMax else {
            throw Problem(.mediaNotFound, "The analysis has \(object.size) bytes, more than \(byteCountMax).")
        }
        switch object.source {
        case .file(let path): return try Data(contentsOf: URL(filePath: path))
        case .stream(let open):
            return try await open(0..<object.size).reduce(into: Data()) { $0 += Data($1.readableBytesView) }
        }
    }
}
