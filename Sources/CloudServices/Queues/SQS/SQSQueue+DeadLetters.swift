import FoundationEssentials

extension SQSQueue {
    private static let reasonAttribute = "mizzo-reason"
    /// How long dead letters are hidden while they are looked at: just long enough that a look does not meet one twice.
    private static let lookVisibility = 5
    private static let moveVisibility = 60

    /// See ``MessageQueue/reject(_:reason:)``. The message is sent to the dead letters, then deleted: a crash between the two
    /// leaves it in both queues, never in none.
    public func reject(_ message: QueueMessage, reason: String) async throws {
        let attribute = SQSOperation.Attribute(stringValue: String(reason.prefix(1000)))
        let copy = SQSOperation.Send(
            queueURL: try await deadLetterQueue(),
            body: message.body,
            attributes: [Self.reasonAttribute: attribute]
        )
        _ = try await call("SendMessage", copy, as: SQSOperation.Sent.self)
        try await delete(message.receipt)
    }

    /// See ``MessageQueue/deadLetters(limit:)``. Looking hides them for a few seconds.
    public func deadLetters(limit: Int) async throws -> [DeadLetter] {
        let url = try await deadLetterQueue()
        var found: [String: DeadLetter] = [:]
        while found.count < limit {
            let size = min(10, limit - found.count)
            let look = SQSOperation.Receive(queueURL: url, limit: size, visibility: Self.lookVisibility)
            let messages = try await received(look)
            let known = found.count
            for message in messages { found[message.id] = Self.deadLetter(message) }
            guard found.count > known else { break }
        }
        return found.values.sorted { ($0.sentAt, $0.id) < ($1.sentAt, $1.id) }
    }

    private static func deadLetter(_ message: SQSOperation.Message) -> DeadLetter {
        let delivery = QueueMessage(message)
        return DeadLetter(
            id: delivery.id,
            body: delivery.body,
            receiveCount: delivery.receiveCount,
            sentAt: delivery.sentAt,
            deadAt: delivery.firstReceivedAt,
            reason: message.attributes?[reasonAttribute]?.stringValue
                ?? "received too often without being deleted"
        )
    }

    /// See ``MessageQueue/redrive(_:)``. Each is sent to the queue, then deleted from the dead letters, so a crash may leave
    /// it in both. Dead letters that are not among `ids` stay hidden for a minute.
    @discardableResult
    public func redrive(_ ids: [String]?) async throws -> Int {
        let dead = try await deadLetterQueue()
        var (wanted, moved) = (ids.map(Set.init), 0)
        var seen: Set<String> = []
        while wanted?.isEmpty != true {
            let take = SQSOperation.Receive(queueURL: dead, limit: 10, visibility: Self.moveVisibility)
            let messages = try await received(take).filter { seen.insert($0.id).inserted }
            guard !messages.isEmpty else { break }
            for message in messages where wanted?.contains(message.id) ?? true {
                _ = try await send(message.body, delay: .zero)
                let delivery = SQSOperation.Delivery(queueURL: dead, receipt: message.receipt)
                _ = try await call("DeleteMessage", delivery, as: SQSOperation.Nothing.self)
                wanted?.remove(message.id)
                moved += 1
            }
        }
        return moved
    }
}
