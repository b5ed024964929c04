import AsyncHTTPClient
import FoundationEssentials
import Glibc
import Logging
import NIOCore

/// Lets Gemini listen to the track and write its lyrics with times, through the REST API.
///
/// One call makes one request, or two when the service could not fetch the address and a file is at hand. It never
/// retries by itself: ``GeminiError`` says whether and when a retry is useful.
public struct GeminiLyricsProvider: LyricsProvider {
    private let configuration: GeminiConfiguration
    private let transport: GeminiTransport
    private let logger: Logger

    /// Creates a provider; nothing is sent.
    ///
    /// - Parameters:
    ///   - configuration: where and how to call.
    ///   - client: made with ``httpClientConfiguration``; the caller shuts it down.
    ///   - logger: gets one line per call, without texts and secrets.
    public init(
        configuration: GeminiConfiguration,
        client: HTTPClient,
        logger: Logger = Logger(label: "lyrics.gemini")
    ) {
        self.configuration = configuration
        self.transport = GeminiTransport(client: client, configuration: configuration)
        self.logger = logger
    }

    /// Settings the HTTP client must have: no redirects, because they would carry the key's header to another host.
    public static var httpClientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout.connect = .seconds(15)
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// Asks the model for lyrics.
    ///
    /// - Throws: ``GeminiError`` or `CancellationError`.
    public func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
        guard !configuration.apiKey.secret.isEmpty else {
            throw GeminiError(.invalidAPIKey, "no API key is configured")
        }
        let filter = SecretFilter([configuration.apiKey.secret, request.audio.presignedURL])
        let first = try audioPart(for: request.audio)
        do {
            return try await ask(request, first, filter)
        } catch let error as GeminiError where error.kind == .audioNotFetched && first.fileData != nil {
            guard request.audio.filePath != nil, let inline = try? inlinePart(for: request.audio) else { throw error }
            logger.notice("audio address not fetched, sending the file", metadata: ["attempt": "\(request.attempt)"])
            return try await ask(request, inline, filter)
        }
    }

    private func ask(
        _ request: LyricsRequest,
        _ audio: GeminiRequestBody.Part,
        _ filter: SecretFilter
    ) async throws -> LyricsOutcome {
        let reader = GeminiAnswerReader(
            model: configuration.model,
            malformedAttemptsMax: configuration.malformedAttemptsMax,
            filter: filter,
            durationMilliseconds: request.durationMilliseconds
        )
        let answer: GeminiTransport.Answer
        do {
            answer = try await transport.send(try encodedBody(request, audio))
        } catch is GeminiTransport.AnswerTooLarge {
            throw reader.malformed("larger than \(configuration.responseBytesMax) bytes")
        }
        logger.info("gemini answered", metadata: ["status": "\(answer.status)", "model": "\(configuration.model)"])
        guard answer.status == 200 else {
            let classifier = GeminiErrorClassifier(
                filter: filter,
                model: configuration.model,
                dailyQuotaPause: configuration.dailyQuotaPause
            )
            throw classifier.error(status: answer.status, body: answer.body, retryAfterHeader: answer.retryAfterHeader)
        }
        return try reader.outcome(of: answer.body)
    }

    private func encodedBody(_ request: LyricsRequest, _ audio: GeminiRequestBody.Part) throws -> Data {
        let text = GeminiRequestBody.Part(text: try LyricsPrompt.trackData(request))
        let body = GeminiRequestBody(
            contents: [.init(role: "user", parts: [audio, text])],
            systemInstruction: .init(parts: [.init(text: LyricsPrompt.systemInstruction)]),
            generationConfig: .init(
                responseMimeType: "application/json",
                responseJsonSchema: LyricsPrompt.answerSchema,
                thinkingConfig: .init(thinkingLevel: "low"),
                maxOutputTokens: configuration.outputTokensMax
            )
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return try encoder.encode(body)
    }

    private func audioPart(for audio: LyricsAudio) throws -> GeminiRequestBody.Part {
        guard let type = AudioFormat.geminiType(forMIMEType: audio.mimeType) else {
            throw GeminiError(.audioUndeliverable, "this type of audio is not one the service takes")
        }
        if let url = audio.presignedURL, usesAddress(url) {
            return .init(fileData: .init(mimeType: type, fileUri: url))
        }
        return try inlinePart(for: audio)
    }

    private func usesAddress(_ url: String) -> Bool {
        switch configuration.audioDelivery {
        case .automatic: AudioAddress.isPublic(url)
        case .inlineOnly: false
        case .urlFirst: true
        }
    }

    private func inlinePart(for audio: LyricsAudio) throws -> GeminiRequestBody.Part {
        guard let path = audio.filePath, let type = AudioFormat.geminiType(forMIMEType: audio.mimeType) else {
            throw GeminiError(.audioUndeliverable, "the address is not public and there is no file to send")
        }
        var status = stat()
        guard stat(path, &status) == 0, (1...configuration.inlineAudioBytesMax).contains(Int(status.st_size)) else {
            let limit = configuration.inlineAudioBytesMax
            throw GeminiError(.audioUndeliverable, "the file is missing, empty or larger than \(limit) bytes")
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw GeminiError(.audioUndeliverable, "the file cannot be read")
        }
        return .init(inlineData: .init(mimeType: type, data: data.base64EncodedString()))
    }
}
