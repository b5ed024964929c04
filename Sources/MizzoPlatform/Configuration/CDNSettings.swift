import CloudServices
import FoundationEssentials

/// The CDN that published segments and originals are fetched from, if there is one.
enum CDNSettings {
    private static let settings: [ConfigurationSetting] = [.cdnURL, .cdnKeyPairID, .cdnPrivateKeyFile]

    /// - Returns: `nil` when nothing is set.
    /// - Throws: ``ConfigurationError`` when only some of the settings are there, or one cannot be used.
    static func signer(_ values: ConfigurationValues) throws -> CloudFrontSigner? {
        let missing = try settings.filter { try values.optionalText($0) == nil }
        if missing.count == settings.count { return nil }
        guard missing.isEmpty, let endpoint = try values.endpoint(.cdnURL) else {
            throw ConfigurationError(
                code: "configuration-combination-invalid",
                "\(settings.map(\.name).joined(separator: ", ")) need each other; "
                    + "not set: \(missing.map(\.name).joined(separator: ", "))."
            )
        }
        return try signer(endpoint, try values.text(.cdnKeyPairID), try values.text(.cdnPrivateKeyFile))
    }

    private static func signer(
        _ endpoint: ServiceEndpoint,
        _ id: String,
        _ path: String
    ) throws(ConfigurationError) -> CloudFrontSigner {
        guard let pem = FileManager.default.contents(atPath: path) else {
            throw invalid(.cdnPrivateKeyFile, path, "expected a file that this process may read")
        }
        do {
            let key = String(decoding: pem, as: UTF8.self)
            return try CloudFrontSigner(endpoint: endpoint, keyPairID: id, privateKey: key)
        } catch .keyPairID {
            throw invalid(.cdnKeyPairID, id, "\(CloudFrontSigner.Flaw.keyPairID)")
        } catch {
            throw invalid(.cdnPrivateKeyFile, path, "\(error)")
        }
    }

    private static func invalid(
        _ setting: ConfigurationSetting,
        _ value: String,
        _ expected: String
    ) -> ConfigurationError {
        ConfigurationError(
            code: "configuration-value-invalid",
            "the setting \"\(setting.name)\" is \"\(value)\": \(expected)."
        )
    }
}
