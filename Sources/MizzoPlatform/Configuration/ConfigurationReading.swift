import ActivityContracts
import AudioTranscoding
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
        let values = try await ConfigurationValues.read(flags: flags, file: file, environment: environment)
        return try PlatformConfiguration(values, environment, coreCount: coreCount)
    }

    private init(_ values: ConfigurationValues, _ environment: [String: String], coreCount: Int) throws {
        dataFolder = Self.absolute(try values.text(.dataFolder))
        database = Self.absolute(try values.optionalText(.database) ?? "\(dataFolder)/mizzo.sqlite")
        host = try values.text(.host)
        port = try values.number(.port, 1...65_535)
        publicURL = try values.optionalText(.publicURL) ?? "http://\(host):\(port)"
        bucket = try values.text(.bucket)
        cloud = try CloudConfiguration(values, environment)
        exposure = try APIExposure(values)
        try cloud.checkCombination(usesCDN: exposure.cdn != nil)
        storageSecret = try values.secret(.storageSecret)
        let slots = try values.number(.transcodingSlots, 0...256)
        transcodingSlots = slots == 0 ? max(1, coreCount) : slots
        lyricsSlots = try values.number(.lyricsSlots, 1...256)
        activitySlots = try values.number(.activitySlots, 1...10_000)
        drain = .seconds(try values.number(.drainSeconds, 0...3600))
        sandbox = try values.choice(.sandbox)
        flowTiming = try FlowTiming(values)
        geminiKey = try values.secret(.geminiKey)
        geminiURL = try values.text(.geminiURL)
        geminiModel = try values.text(.geminiModel)
        logLevel = try values.choice(.logLevel)
        logFormat = try values.choice(.logFormat)
        exerciseLedger = try values.optionalText(.exerciseLedger).map(Self.absolute)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        let folder = FileManager.default.currentDirectoryPath
        return path.hasPrefix("./") ? "\(folder)/\(path.dropFirst(2))" : "\(folder)/\(path)"
    }
}

extension FlowTiming {
    /// An upload may take as long as its ticket lives, so the shortest wait for it is longer than that.
    fileprivate init(_ values: ConfigurationValues) throws {
        self.init(
            arrivalSeconds: 60 * (try values.number(.arrivalMinutes, 90...43_200)),
            review: ReviewTiming(
                reminderSeconds: 60 * (try values.number(.reminderMinutes, 0...525_600)),
                escalationSeconds: 60 * (try values.number(.escalationMinutes, 0...525_600))
            )
        )
    }
}
