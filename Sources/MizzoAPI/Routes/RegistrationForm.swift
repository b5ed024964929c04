import FoundationEssentials
import MizzoCatalog

/// The body of `POST /track/upload`.
struct RegistrationForm: RequestBodyForm, Encodable {
    static let schema = Schema.object(
        "TrackRegistration",
        [
            .required("id", .trackID), .required("title", .line(max: 200)),
            .required("language", .language), .required("duration", .integer(1...14_400)),
            .required("tags", .array(of: .line(max: 40), max: 20, unique: true)),
            .nullable("lyrics", .string(max: 20_000)), .nullable("trackUrl", .string()),
            .nullable("posterUrl", .string()),
            .nullable("secondaryArtistIds", .array(of: .userID, max: 10, unique: true)),
        ]
    )

    var id: String
    var title: String
    var language: String
    var duration: Int
    var tags: [String]
    var lyrics: String?
    var trackUrl: String?
    var posterUrl: String?
    var secondaryArtistIds: [String]?

    /// Equal text for equal requests, however the client ordered the members.
    var canonical: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Checks everything that needs no database.
    ///
    /// - Returns: flags for the reviewing admin.
    func validate(owner: UserID, bucket: String, profanity: ProfanityCheck) throws -> [ProfanityFinding] {
        var check = Validation()
        check.line(title, "title", max: 200)
        check.language(language)
        check.require((1...14_400).contains(duration), "duration", "Expected 1 to 14400 seconds.")
        check.tags(tags)
        if let lyrics { check.text(lyrics, "lyrics", max: 20_000) }
        let artists = secondaryArtistIds ?? []
        check.require(artists.count <= 10, "secondaryArtistIds", "Expected at most 10 artists.")
        check.require(Set(artists).count == artists.count, "secondaryArtistIds", "Every artist once.")
        check.require(!artists.contains(owner.rawValue), "secondaryArtistIds", "You are the first artist already.")
        if let trackUrl, let id = TrackID(rawValue: id) {
            let expected = "s3://\(bucket)/\(MediaKeys.rawTrack(id))"
            check.require(trackUrl == expected, "trackUrl", "Expected the objectUrl of the upload with this id.")
        }
        if let posterUrl {
            let isPoster = posterUrl.hasPrefix("s3://\(bucket)/poster/")
            check.require(isPoster, "posterUrl", "Expected the objectUrl of a poster upload.")
        }
        let findings = profanity.findings(title: title, tags: tags, lyrics: lyrics)
        check.refuse(findings)
        try check.finish()
        return findings
    }
}
