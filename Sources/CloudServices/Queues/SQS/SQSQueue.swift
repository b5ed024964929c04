import AsyncHTTPClient
import Crypto
import FoundationEssentials
import Synchronization

/// A queue of SQS, or of a service that speaks its JSON protocol.
///
/// The queue must have a redrive policy: the queue it names holds the dead letters, and its `maxReceiveCount` is the limit of
/// deliveries. Deliveries are at least once; a handle of an earlier delivery may still delete a message (AWS does not tell).
public struct SQSQueue: MessageQueue {
    let url: String
    let service: JSONServiceClient
    private let deadLetterURL = DeadLetterURL()

    /// - Parameters:
    ///   - url: the queue's URL as SQS gives it: `https://sqs.eu-central-1.amazonaws.com/123456789012/uploads`.
    ///   - credentials: may be shared with other clients.
    ///   - client: set up as ``CloudHTTP/clientConfiguration`` says; shut down by its owner.
    /// - Throws: ``QueueError`` `queue-argument-invalid` for anything else than `scheme://host[:port]/account/name`.
    public init(
        url: String,
        region: String,
        credentials: CachedCredentials,
        client: HTTPClient,
        backOff: BackOff = BackOff(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let endpoint = ServiceEndpoint(url: parts[0...2].joined(separator: "/")),
            !parts[3].isEmpty, !parts[4].isEmpty
        else { throw QueueError.outOfRange("A queue's URL", "scheme://host[:port]/account/name", "\"\(url)\"") }
        self.url = url
        let http = SignedHTTPClient(
            client: client,
            endpoint: endpoint,
            region: region,
            service: "sqs",
            credentials: credentials,
            backOff: backOff,
            now: now
        )
        service = JSONServiceClient(http: http, target: "AmazonSQS", version: "1.0")
    }

    var name: String { String(url.split(separator: "/").last ?? "") }

    /// See ``MessageQueue/send(_:delay:)``. A request that is repeated after a lost answer may send twice.
    @discardableResult
    public func send(_ body: String, delay: Duration) async throws -> String {
        try EmbeddedQueue.checkBody(body)
        try EmbeddedQueue.checkDelay(delay)
        let request = SQSOperation.Send(queueURL: url, body: body, delay: Int(delay.components.seconds))
        return try await call("SendMessage", request, as: SQSOperation.Sent.self).id
    }

    /// See ``MessageQueue/receive(limit:visibilityTimeout:wait:)``.
    public func receive(limit: Int, visibilityTimeout: Duration, wait: Duration) async throws -> [QueueMessage] {
        guard (1...10).contains(limit) else { throw QueueError.outOfRange("The limit", "1...10", "\(limit)") }
        try EmbeddedQueue.checkVisibility(visibilityTimeout)
        let seconds = Int(min(.seconds(20), max(.zero, wait)).components.seconds)
        let request = SQSOperation.Receive(
            queueURL: url,
            limit: limit,
            visibility: Int(visibilityTimeout.components.seconds),
            wait: seconds
        )
        return try await received(request).map(QueueMessage.init)
    }

    /// Messages whose body arrived whole; a damaged one is left to its visibility timeout.
    func received(_ request: SQSOperation.Receive) async throws -> [SQSOperation.Message] {
        let answer = try await call("ReceiveMessage", request, as: SQSOperation.Received.self)
        return (answer.messages ?? []).filter { message in
            message.md5.map { $0 == URIEncoding.hex(Insecure.MD5.hash(data: Array(message.body.utf8))) } ?? true
        }
    }

    /// See ``MessageQueue/delete(_:)``.
    public func delete(_ receipt: ReceiptHandle) async throws {
        let request = SQSOperation.Delivery(queueURL: url, receipt: receipt.rawValue)
        _ = try await call("DeleteMessage", request, as: SQSOperation.Nothing.self)
    }

    /// See ``MessageQueue/deleteBatch(_:)``. One request per ten.
    public func deleteBatch(_ receipts: [ReceiptHandle]) async throws -> [FailedDeletion] {
        var failures: [FailedDeletion] = []
        for start in stride(from: 0, to: receipts.count, by: 10) {
            let batch = Array(receipts[start..<min(start + 10, receipts.count)])
            let entries = batch.enumerated().map { SQSOperation.DeleteBatch.Entry(id: "\($0)", receipt: $1.rawValue) }
            let request = SQSOperation.DeleteBatch(queueURL: url, entries: entries)
            let answer = try await call("DeleteMessageBatch", request, as: SQSOperation.BatchAnswer.self)
            for failed in answer.failed ?? [] {
                guard let index = Int(failed.id), batch.indices.contains(index) else { continue }
                let error = queueError(failed.code, failed.message ?? "no details", "DeleteMessageBatch")
                failures.append(FailedDeletion(receipt: batch[index], error: error))
            }
        }
        return failures
    }

    /// See ``MessageQueue/changeVisibility(_:to:)``.
    public func changeVisibility(_ receipt: ReceiptHandle, to timeout: Duration) async throws {
        try EmbeddedQueue.checkVisibility(timeout)
        let request = SQSOperation.Delivery(
            queueURL: url,
            receipt: receipt.rawValue,
            visibility: Int(timeout.components.seconds)
        )
        _ = try await call("ChangeMessageVisibility", request, as: SQSOperation.Nothing.self)
    }

    /// See ``MessageQueue/counts()``. Approximate.
    public func counts() async throws -> QueueCounts {
        let own = try await attributes(of: url)
        let dead = try await attributes(of: try await deadLetterQueue())
        func number(_ values: [String: String], _ name: String) -> Int { values[name].flatMap { Int($0) } ?? 0 }
        return QueueCounts(
            visible: number(own, "ApproximateNumberOfMessages"),
            inFlight: number(own, "ApproximateNumberOfMessagesNotVisible"),
            delayed: number(own, "ApproximateNumberOfMessagesDelayed"),
            deadLetters: number(dead, "ApproximateNumberOfMessages")
                + number(dead, "ApproximateNumberOfMessagesNotVisible")
        )
    }

    private func attributes(of url: String) async throws -> [String: String] {
        let request = SQSOperation.Attributes(queueURL: url, names: ["All"])
        return try await call("GetQueueAttributes", request, as: SQSOperation.Attributes.self).values ?? [:]
    }

    /// The URL of the queue that the redrive policy names. Asked for once.
    /// - Throws: ``QueueError`` `queue-without-dead-letters`.
    public func deadLetterQueue() async throws -> String {
        if let known = deadLetterURL.known { return known }
        let policy = try await attributes(of: url)["RedrivePolicy"].flatMap {
            try? JSONDecoder().decode(SQSOperation.RedrivePolicy.self, from: Data($0.utf8))
        }
        let parts = policy?.deadLetters.split(separator: ":") ?? []
        guard parts.count == 6 else {
            throw QueueError(
                code: "queue-without-dead-letters",
                message: "Queue \"\(name)\" has no redrive policy. Give it one that names a queue for dead letters."
            )
        }
        let request = SQSOperation.QueueURL(name: String(parts[5]), owner: String(parts[4]))
        let found = try await call("GetQueueUrl", request, as: SQSOperation.QueueURL.self).url ?? ""
        deadLetterURL.know(found)
        return found
    }

    /// Calls an operation; refusals become ``QueueError``.
    func call<Output: Decodable>(
        _ operation: String,
        _ input: some Encodable,
        as output: Output.Type
    ) async throws -> Output {
        do {
            return try await service.call(operation, input, as: output)
        } catch let failure as ServiceFailure {
            throw queueError(failure.type, failure.message, operation)
        } catch let failure as ServiceUnreachable {
            throw QueueError(code: "queue-unreachable", message: "\(failure)")
        }
    }

    private func queueError(_ type: String, _ message: String, _ operation: String) -> QueueError {
        switch type {
        case "ReceiptHandleIsInvalid": .staleReceipt(name)
        case "InvalidParameterValue" where message.contains("ReceiptHandle"): .staleReceipt(name)
        case "MessageNotInflight": .notInFlight(name)
        case "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue":
            QueueError(code: "queue-not-found", message: "There is no queue \(url). Check queue.url and aws.region.")
        default:
            QueueError(
                code: "queue-request-refused",
                message: "\(operation) on queue \"\(name)\" was refused: \(type): \(message)"
            )
        }
    }

    private final class DeadLetterURL: Sendable {
        private let url = Mutex<String?>(nil)
        var known: String? { url.withLock { $0 } }
        func know(_ value: String) { url.withLock { $0 = value } }
    }
}

extension QueueMessage {
    init(_ message: SQSOperation.Message) {
        self.init(
            id: message.id,
            body: message.body,
            receipt: ReceiptHandle(rawValue: message.receipt),
            receiveCount: message.number("ApproximateReceiveCount").map(Int.init) ?? 1,
            sentAt: Date(milliseconds: message.number("SentTimestamp") ?? 0),
            firstReceivedAt: Date(milliseconds: message.number("ApproximateFirstReceiveTimestamp") ?? 0)
        )
    }
}

extension SQSOperation.Message {
    func number(_ name: String) -> Int64? { system?[name].flatMap { Int64($0) } }
}
