import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import MizzoAPI

@Suite("Connections", .timeLimit(.minutes(1)))
struct ConnectionTests {
    private func serve(
        _ platform: Platform,
        _ body: @escaping @Sendable (_ port: Int, _ token: String) async throws -> Void
    ) async throws {
        let application = try await buildApplication(
            configuration: platform.configuration,
            dependencies: platform.dependencies
        )
        let token = try #require(try await platform.token(of: .listener))
        try await application.test(.live) { client in try await body(try #require(client.port), token) }
    }

    private static func head(_ line: String, _ token: String?, _ fields: String...) -> String {
        let token = token.map { ["Authorization: Bearer \($0)"] } ?? []
        return ([line, "Host: mizzo"] + token + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func playlist(_ token: String?, _ fields: String...) -> String {
        let fields = ["Content-Type: application/json"] + fields
        return head("POST /playlist HTTP/1.1", token, fields.joined(separator: "\r\n"))
    }

    @Test("who asks whether to send a body is told so, and the connection goes on")
    func invitation() async throws {
        try await serve(try Platform()) { port, token in
            let connection = try RawConnection(port: port)
            let json = #"{"title":"Mine"}"#
            connection.send(Self.playlist(token, "Content-Length: \(json.utf8.count)", "Expect: 100-continue"))
            #expect(await connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send(json)
            #expect(await connection.receive(until: "}").hasPrefix("HTTP/1.1 201 "))
            connection.send(Self.head("GET /healthz HTTP/1.1", nil))
            #expect(await connection.receive(until: "}").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("a refusal before the body ends the connection, so that the next request is never taken for the body")
    func refusal() async throws {
        try await serve(try Platform()) { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(Self.playlist(nil, "Content-Length: 100", "Expect: 100-continue"))
            let refused = await connection.receive(until: "}")
            #expect(refused.hasPrefix("HTTP/1.1 401 ") && refused.contains("\r\nConnection: close\r\n"))
            connection.send(Self.head("GET /healthz HTTP/1.1", nil) + String(repeating: " ", count: 100))
            #expect(await connection.receive(until: "never") == "")
        }
    }

    @Test(
        "a body that nobody wants is not read without end",
        arguments: ["Content-Length: 100000000", "Transfer-Encoding: chunked"]
    )
    func unwanted(framing: String) async throws {
        try await serve(try Platform()) { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(Self.playlist(nil, framing))
            #expect(await connection.receive(until: "}").contains("\r\nConnection: close\r\n"))
        }
    }

    @Test("a short body that nobody wants leaves the connection as it was")
    func shortBody() async throws {
        try await serve(try Platform()) { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(Self.playlist(nil, "Content-Length: 4"))
            let refused = await connection.receive(until: "}")
            #expect(refused.hasPrefix("HTTP/1.1 401 ") && !refused.contains("Connection: close"))
            connection.send("null" + Self.head("GET /healthz HTTP/1.1", nil))
            #expect(await connection.receive(until: "}").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("a client that has left its event stream may come back at once")
    func streamsEnd() async throws {
        var limits = NotificationStreamLimits()
        limits.perUser = 1
        try await serve(try Platform(streams: limits)) { port, token in
            func open() async throws -> (RawConnection, String) {
                let connection = try RawConnection(port: port)
                connection.send(Self.head("GET /notification/stream HTTP/1.1", token))
                return (connection, await connection.receive(until: "\r\n\r\n"))
            }
            // The server hears of the departure in its own time, but long before it would next say that it is still there.
            for _ in 0..<3 {
                var answer = ""
                for _ in 0..<500 where !answer.hasPrefix("HTTP/1.1 200 ") { answer = try await open().1 }
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }
}
