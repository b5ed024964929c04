import CloudServices
import Configuration
import FoundationEssentials

/// Typed access with errors that name the setting.
struct ConfigurationValues {
    let reader: ConfigReader

    /// Flags before the environment (`MIZZO_…`) before the file before defaults.
    static func read(
        flags: [String: String],
        file: String?,
        environment: [String: String]
    ) async throws -> ConfigurationValues {
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(environmentVariables: variables(flags)).prefixKeys(with: "mizzo"),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "mizzo"),
        ]
        if let file { providers.append(try await ConfigurationFile(path: file).provider()) }
        let defaults = ConfigurationSetting.all.map { ($0.name, $0.fallback) }
        let fallback = variables(Dictionary(uniqueKeysWithValues: defaults))
        providers.append(EnvironmentVariablesProvider(environmentVariables: fallback).prefixKeys(with: "mizzo"))
        return ConfigurationValues(reader: ConfigReader(providers: providers))
    }

    /// Texts by setting name in the form of environment variables, so that one reader converts them all.
    private static func variables(_ values: [String: String]) -> [String: String] {
        let pairs = values.map { name, value in
            ("MIZZO_" + String(name.map { $0 == "." || $0 == "-" ? "_" : $0 }).uppercased(), value)
        }
        return Dictionary(pairs) { first, _ in first }
    }

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

    /// `nil` when nothing is set.
    func optionalText(_ setting: ConfigurationSetting) throws -> String? {
        let text = try text(setting)
        return text.isEmpty ? nil : text
    }

    func secret(_ setting: ConfigurationSetting) throws -> PlatformConfiguration.Secret? {
        let text = try text(setting)
        return text.isEmpty ? nil : PlatformConfiguration.Secret(text)
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

    /// Texts between commas; blanks around them do not count.
    func list(_ setting: ConfigurationSetting) throws -> [String] {
        try text(setting).split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    /// `nil` when nothing is set.
    func endpoint(_ setting: ConfigurationSetting) throws -> ServiceEndpoint? {
        let text = try text(setting)
        guard !text.isEmpty else { return nil }
        guard let endpoint = ServiceEndpoint(url: text) else {
            throw ConfigurationError(
                code: "configuration-value-invalid",
                "the setting \"\(setting.name)\" is \"\(text)\", expected http://host[:port] or https://host[:port]."
            )
        }
        return endpoint
    }
}
