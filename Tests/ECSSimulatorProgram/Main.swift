import CloudServices
import ECSSimulator
import Foundation

/// `ecs-simulator <port> <program>`: ECS on this machine until it is asked to stop; containers get this process's variables.
@main
enum Main {
    static func main() async throws {
        let (arguments, environment) = (CommandLine.arguments, ProcessInfo.processInfo.environment)
        guard arguments.count == 3, let port = Int(arguments[1]), let id = environment["AWS_ACCESS_KEY_ID"],
            let secret = environment["AWS_SECRET_ACCESS_KEY"]
        else {
            FileHandle.standardError.write(
                Data("usage: ecs-simulator <port> <program>, with AWS_… in the environment\n".utf8)
            )
            exit(64)
        }
        let simulator = ECSSimulator(
            program: arguments[2],
            environment: environment,
            credentials: AWSCredentials(accessKeyID: id, secretAccessKey: secret)
        )
        try await simulator.serve(port: port) { port in
            FileHandle.standardOutput.write(Data("http://127.0.0.1:\(port)\n".utf8))
        }
    }
}
