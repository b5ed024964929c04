import CloudServices
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// ECS for tests and demonstrations: RunTask, DescribeTasks, StopTask and ListTasks as AWS documents them, on processes of this
/// machine. Client tokens are idempotent per cluster, unknown tasks are `MISSING`, a lack of capacity is a failure with status 200,
/// signatures are checked.
public final class ECSSimulator: Sendable {
    private struct State {
        var tasks: [String: SimulatedTask] = [:]
        var tokens: [String: String] = [:]
        var order: [String] = []
        var refusals: Int
    }

    private let program: String
    private let environment: [String: String]
    private let verifier: SigV4Verifier
    private let state: Mutex<State>

    /// - Parameters:
    ///   - program: what every container runs.
    ///   - environment: the variables of the task definition.
    ///   - credentials: who may call.
    ///   - capacityRefusals: how many first starts find no room.
    public init(
        program: String,
        environment: [String: String],
        credentials: AWSCredentials,
        capacityRefusals: Int = 0
    ) {
        self.program = program
        self.environment = environment
        state = Mutex(State(refusals: capacityRefusals))
        verifier = SigV4Verifier(region: "us-east-1", service: "ecs") {
            $0 == credentials.accessKeyID ? credentials : nil
        }
    }

    /// How many processes were started.
    public var startedCount: Int { state.withLock { $0.order.count } }

    /// Kills the newest task's process, as a lack of memory would.
    public func destroyNewest() {
        let task = state.withLock { state in state.order.last.flatMap { state.tasks[$0] } }
        task?.destroy()
    }

    /// Serves on a free port while `body` runs; `body` gets the base URL. Processes that still run are ended.
    public func withServer<Value: Sendable>(
        _ body: @Sendable (_ url: String) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, announcement) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                defer { announcement.finish() }
                try await self.serve(port: 0) { announcement.yield($0) }
            }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
            return try await body("http://127.0.0.1:\(port)")
        }
    }

    /// Serves until the task is cancelled or the process is asked to stop.
    public func serve(port: Int, onReady: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "ecs-simulator")
        logger.logLevel = .error
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(request) },
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "ecs-simulator"),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        defer { state.withLock { $0.tasks.values.forEach { $0.destroy() } } }
        try await application.run()
    }

    private func respond(_ request: Request) async throws -> Response {
        let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
        do {
            try verify(request, body)
            return Self.response(200, try answer(request, Data(body)))
        } catch let refusal as ECSWire.Refusal {
            return Self.response(400, try JSONEncoder().encode(refusal))
        }
    }

    private func verify(_ request: Request, _ body: [UInt8]) throws {
        let head = RequestHead(
            method: request.method.rawValue,
            path: request.uri.path,
            query: request.uri.query ?? "",
            headers: [HeaderField("Host", request.head.authority ?? "")]
                + request.headers.map { HeaderField($0.name.rawName, $0.value) }
        )
        do {
            _ = try verifier.verifySigned(head, payload: .bytes(body), now: Date())
        } catch {
            throw ECSWire.Refusal(type: "InvalidSignatureException", message: "\(error)")
        }
    }

    private func answer(_ request: Request, _ body: Data) throws -> Data {
        let target = HTTPField.Name("X-Amz-Target").flatMap { request.headers[$0] } ?? ""
        let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
        switch target.split(separator: ".").last {
        case "RunTask": return try encoder.encode(run(decoder.decode(ECSWire.RunTask.self, from: body)))
        case "DescribeTasks":
            return try encoder.encode(describe(decoder.decode(ECSWire.DescribeTasks.self, from: body)))
        case "StopTask": return try encoder.encode(stop(decoder.decode(ECSWire.StopTask.self, from: body)))
        case "ListTasks": return try encoder.encode(["taskArns": state.withLock { $0.order }])
        default: throw ECSWire.Refusal(type: "UnknownOperationException", message: "no such operation: \(target)")
        }
    }

    private func run(_ request: ECSWire.RunTask) throws -> ECSWire.Tasks {
        guard request.networkConfiguration?.awsvpcConfiguration.subnets.isEmpty == false else {
            throw ECSWire.Refusal(type: "InvalidParameterException", message: "subnets can not be empty.")
        }
        let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/\(request.cluster ?? "default")"
        return try state.withLock { state in
            if let token = request.clientToken,
                let known = state.tokens["\(cluster) \(token)"].flatMap({ state.tasks[$0] })
            {
                guard known.request == request else {
                    throw ECSWire.Refusal(type: "ConflictException", message: "The clientToken was used otherwise.")
                }
                return ECSWire.Tasks(tasks: [known.description()], failures: [])
            }
            guard state.refusals == 0 else {
                state.refusals -= 1
                return ECSWire.Tasks(tasks: [], failures: [.init(arn: nil, reason: Self.noCapacity)])
            }
            let task = try start(request, cluster)
            state.tasks[task.arn] = task
            state.order.append(task.arn)
            if let token = request.clientToken { state.tokens["\(cluster) \(token)"] = task.arn }
            return ECSWire.Tasks(tasks: [task.description()], failures: [])
        }
    }

    private static let noCapacity =
        "Capacity is unavailable at this time. Please try again later or in a different availability zone"

    private func start(_ request: ECSWire.RunTask, _ cluster: String) throws -> SimulatedTask {
        let id = UUID().uuidString.lowercased().filter { $0 != "-" }
        return try SimulatedTask(
            arn: "arn:aws:ecs:us-east-1:123456789012:task/\(request.cluster ?? "default")/\(id)",
            cluster: cluster,
            request: request,
            program: program,
            environment: environment
        )
    }

    private func describe(_ request: ECSWire.DescribeTasks) -> ECSWire.Tasks {
        state.withLock { state in
            let known = request.tasks.compactMap { state.tasks[$0]?.description() }
            let missing = request.tasks.filter { state.tasks[$0] == nil }
            return ECSWire.Tasks(tasks: known, failures: missing.map { .init(arn: $0, reason: "MISSING") })
        }
    }

    private func stop(_ request: ECSWire.StopTask) throws -> ECSWire.Stopped {
        guard let task = state.withLock({ $0.tasks[request.task] }) else {
            throw ECSWire.Refusal(type: "InvalidParameterException", message: "The referenced task was not found.")
        }
        task.stop(request.reason ?? "Task stopped by user")
        return ECSWire.Stopped(task: task.description())
    }

    private static func response(_ status: Int, _ body: Data) -> Response {
        Response(
            status: .init(code: status),
            headers: [.contentType: "application/x-amz-json-1.1"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
