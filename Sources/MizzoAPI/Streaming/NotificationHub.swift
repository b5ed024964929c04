import DurableSQLite
import FoundationEssentials
import GRDB
import HTTPTypes
import Logging
import MizzoCatalog
import ServiceLifecycle
import Synchronization

/// Wakes the streams of users who have new notifications. Commits of this or another process are heard of; each is
/// looked at once for all users together, however many streams there are, and commits that come quickly are looked at
/// together.
final class NotificationHub: Service {
    /// A stream's registration, which ends with the value: also for an answer that nobody came to write. Its wake-ups
    /// carry nothing: what is new is read from the database.
    final class Subscription: Sendable {
        let user: UserID
        let wakeups: AsyncStream<Void>
        private let id: Int
        private let hub: NotificationHub

        fileprivate init(id: Int, user: UserID, wakeups: AsyncStream<Void>, hub: NotificationHub) {
            self.id = id
            self.user = user
            self.wakeups = wakeups
            self.hub = hub
        }

        /// Ends the wake-ups, and with them the stream.
        func end() { hub.remove(id) }

        deinit { end() }
    }

    private struct Listener {
        let user: UserID
        let waker: AsyncStream<Void>.Continuation
    }

    private struct State {
        var nextID = 0
        var listeners: [Int: Listener] = [:]
        var lastSeen = NotificationID(rawValue: 0)
        var isOpen = true
    }

    private let database: any DatabaseAccess
    private let changes: ChangeSource
    private let logger: Logger
    private let limits: NotificationStreamLimits
    private let metrics: RequestMetrics
    private let state = Mutex(State())

    init(
        database: any DatabaseAccess,
        changes: ChangeSource,
        limits: NotificationStreamLimits,
        metrics: RequestMetrics,
        logger: Logger
    ) {
        self.database = database
        self.changes = changes
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
    }

    /// Follows the database until a graceful shutdown, then ends all streams.
    func run() async throws {
        let (commits, commit) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let cancel = changes.observe { commit.yield() }
        commit.yield()
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { [limits] in
                    while (try? await Task.sleep(for: .seconds(limits.keepAliveSeconds))) != nil { self.tick() }
                }
                for await _ in commits { await sweep() }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            commit.finish()
        }
        cancel()
        close()
    }

    /// Registers a stream.
    ///
    /// - Throws: 429 when the user, or all users together, have as many as they may.
    func subscribe(_ user: UserID) throws -> Subscription {
        let (wakeups, waker) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = try state.withLock { state in
            let own = state.listeners.values.count { $0.user == user }
            guard state.isOpen, own < limits.perUser, state.listeners.count < limits.total else {
                throw Problem(
                    .tooManyStreams,
                    "\(own) of \(limits.perUser) streams are open. Close one, or poll GET /notification.",
                    headers: [.retryAfter: "\(limits.keepAliveSeconds)"]
                )
            }
            state.nextID += 1
            state.listeners[state.nextID] = Listener(user: user, waker: waker)
            return state.nextID
        }
        metrics.streams(changeBy: 1)
        return Subscription(id: id, user: user, wakeups: wakeups, hub: self)
    }

    private func remove(_ id: Int) {
        guard let listener = state.withLock({ $0.listeners.removeValue(forKey: id) }) else { return }
        metrics.streams(changeBy: -1)
        listener.waker.finish()
    }

    /// Lets every stream say that it is still there.
    func tick() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.waker.yield() }
    }

    /// Wakes the streams of everybody who was notified since the last look.
    func sweep() async {
        let (since, isWatched) = state.withLock { ($0.lastSeen, !$0.listeners.isEmpty) }
        guard isWatched else { return }
        do {
            let found = try await database.read { db in try Catalog.notifiedUsers(after: since, in: db) }
            let woken = state.withLock { state in
                state.lastSeen = max(found.values.max() ?? since, state.lastSeen)
                return state.listeners.values.filter { found[$0.user] != nil }
            }
            for listener in woken { listener.waker.yield() }
        } catch {
            logger.warning(
                "looking for notifications failed",
                metadata: ["error": .string(String(describing: error).escapedForLog)]
            )
        }
    }

    private func close() {
        let all = state.withLock { state in
            state.isOpen = false
            return Array(state.listeners.values)
        }
        for listener in all { listener.waker.finish() }
    }
}

/// How many event streams there may be, and how long one lasts.
public struct NotificationStreamLimits: Equatable, Sendable {
    /// Of one user.
    public var perUser = 5
    /// Of all users.
    public var total = 2000
    /// Seconds between signs of life.
    public var keepAliveSeconds = 15
    /// Seconds after which a stream ends and the client comes back with a fresh look at its token.
    public var lifetimeSeconds = 900

    /// The documented defaults.
    public init() {}
}

/// Tells of commits, of this process and others.
public struct ChangeSource: Sendable {
    let observe: @Sendable (@escaping @Sendable () -> Void) -> @Sendable () -> Void

    /// - Parameter observe: registers a callback, which must return at once, and returns what ends the registration.
    public init(observe: @escaping @Sendable (@escaping @Sendable () -> Void) -> @Sendable () -> Void) {
        self.observe = observe
    }

    /// Nothing is ever told.
    public static var silent: ChangeSource { ChangeSource { _ in {} } }
}
