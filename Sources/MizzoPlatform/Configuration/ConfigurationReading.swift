import AudioTranscoding
import Configuration
import FoundationEssentials
import Logging

extension PlatformConfiguration {
    /// Reads the configuration: flags before the environment (`MIZZO_…`) before the file before defaults.
    ///
    /// - Parameters:
    ///   - flags: values by setting name, such as `["http.port": "8080"]`.
    ///   - file: path of the JSON file, if there is one.
    ///   - environment: the process's variables.
    ///   - coreCount: transcodings at once unless configured.
    /// - Throws: ``ConfigurationError``.
    public static func read(
        flags: [String: String],
        file: String?,
        environment: [String: String],
        coreCount: Int
    ) async throws -> PlatformConfiguration {
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(environmentVariables: variables(flags)).prefixKeys(with: "mizzo"),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "mizzo"),
        ]
        if let file { providers.append(try await ConfigurationFile(path: file).provider()) }
        let defaults = ConfigurationSetting.all.map { ($0.name, $0.fallback) }
        let fallback = variables(Dictionary(uniqueKeysWithValues: defaults))
        providers.append(EnvironmentVariablesProvider(environmentVariables: fallback).prefixKeys(with: "mizzo"))
        return try PlatformConfiguration(Values(reader: ConfigReader(providers: providers)), coreCount: coreCount)
    }

    /// Texts by setting name in the form of environment variables, so that one reader converts them all.
    private static func variables(_ values: [String: String]) -> [String: String] {
        let pairs = values.map { name, value in
            ("MIZZO_" + String(name.map { $0 == "." || $0 == "-" ? "_" : $0 }).uppercased(), value)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private init(_ values: Values, coreCount: Int) throws {
        dataFolder = Self.absolute(try values.text(.dataFolder))
        let file = try values.text(.database)
        database = file.isEmpty ? "\(dataFolder)/mizzo.sqlite" : Self.absolute(file)
        host = try values.text(.host)
        port = try values.number(.port, 1...65_535)
        let url = try values.text(.publicURL)
        publicURL = url.isEmpty ? "http://\(host):\(port)" : url
        bucket = try values.text(.bucket)
        tokenSecret = try values.secret(.tokenSecret)
        storageSecret = try values.secret(.storageSecret)
        let slots = try values.number(.transcodingSlots, 0...256)
        transcodingSlots = slots == 0 ? max(1, coreCount) : slots
        lyricsSlots = try values.number(.lyricsSlots, 1...256)
        activitySlots = try values.number(.activitySlots, 1...10_000)
        drain = .seconds(try values.number(.drainSeconds, 0...3600))
        sandbox = try values.choice(.sandbox)
        geminiKey = try values.secret(.geminiKey)
        geminiURL = try values.text(.geminiURL)
        geminiModel = try values.text(.geminiModel)
        logLevel = try values.choice(.logLevel)
        logFormat = try values.choice(.logFormat)
        let ledger = try values.text(.exerciseLedger)
        exerciseLedger = ledger.isEmpty ? nil : Self.absolute(ledger)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        let folder = FileManager.default.currentDirectoryPath
        return path.hasPrefix("./") ? "\(folder)/\(path.dropFirst(2))" : "\(folder)/\(path)"
    }

    /// Typed access with errors that name the setting.
    private struct Values {
        let reader: ConfigReader

        func text(_ setting: ConfigurationSetting) throws -> String {
            do {
                return try reader.requiredString(forKey: setting.key, isSecret: setting.kind == .secret)
            } catch {
                throw ConfigurationError(
                    code: "configuration-value-invalid",
                    "the setting \"\(setting.name)\" cannot be read: expected a text."
                )
            }
        }

        func secret(_ setting: ConfigurationSetting) throws -> Secret? {
            let text = try text(setting)
            return text.isEmpty ? nil : Secret(text)
        }

        func number(_ setting: ConfigurationSetting, _ range: ClosedRange<Int>) throws -> Int {
            guard let number = try? reader.requiredInt(forKey: setting.key), range.contains(number) else {
                throw ConfigurationError(
                    code: "configuration-value-invalid",
                    "the setting \"\(setting.name)\" must be a whole number from \(range.lowerBound) to "
                        + "\(range.upperBound)."
                )
            }
            return number
        }

        func choice<Choice: RawRepresentable<String> & CaseIterable>(_ setting: ConfigurationSetting) throws -> Choice {
            let text = try text(setting)
            guard let choice = Choice(rawValue: text) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError(
                    code: "configuration-value-invalid",
                    "the setting \"\(setting.name)\" is \"\(text)\", expected one of \(known)."
                )
            }
            return choice
        }
    }
}
