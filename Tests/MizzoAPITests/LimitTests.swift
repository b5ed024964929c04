import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private func limits(_ change: (inout RateLimits) -> Void) -> RateLimits {
    var limits = RateLimits.unlimited
    change(&limits)
    return limits
}

@Suite("Limits")
struct LimitTests {
    @Test("a bucket gives its burst, then fills at its rate; callers and classes do not share")
    func bucket() throws {
        let limiter = RateLimiter(limits: limits { $0.read = RateLimit(burst: 3, perSecond: 0.5) })
        let start = Platform.start
        func take(_ caller: String, after seconds: Double) -> RateLimiter.Verdict? {
            limiter.take(.read, for: caller, at: start + seconds)
        }
        #expect((0..<3).map { _ in take("a", after: 0)?.remaining } == [2, 1, 0])
        let refused = try #require(take("a", after: 0))
        #expect(!refused.isAllowed && refused.retryAfter == 2 && refused.secondsToFull == 6)
        #expect(take("b", after: 0)?.isAllowed == true)
        #expect(limiter.take(.write, for: "a", at: start) == nil)
        #expect(take("a", after: 1)?.isAllowed == false)
        #expect(take("a", after: 2)?.isAllowed == true)
        #expect(take("a", after: 1)?.isAllowed == false)
        #expect(take("a", after: 1000)?.remaining == 2)
    }

    @Test("a million callers do not take more memory than the limiter was given, and a busy one is not forgotten")
    func bounded() {
        let limiter = RateLimiter(
            limits: limits { $0.read = RateLimit(burst: 2, perSecond: 0.001) },
            bucketCountMax: 1000
        )
        for number in 0..<1_000_000 {
            _ = limiter.take(.read, for: "caller-\(number)", at: Platform.start)
            if number % 300 == 0 { _ = limiter.take(.read, for: "busy", at: Platform.start) }
        }
        #expect(limiter.bucketCount <= 1000)
        #expect(limiter.take(.read, for: "busy", at: Platform.start)?.isAllowed == false)
    }

    @Test("over the limit is 429 with Retry-After, for a user, an address and bad tokens; health always answers")
    func overTheLimit() async throws {
        let platform = try Platform(limits: limits { $0.read = RateLimit(burst: 2, perSecond: 1) })
        try await platform.run { api in
            let first = try await api.get("/track", as: .artist)
            #expect(first.headers[.rateLimit] == #""read";r=1;t=1"#)
            #expect(first.headers[.rateLimitPolicy] == #""read";q=2;w=2"#)
            _ = try await api.get("/notification", as: .artist)
            let over = try await api.get("/track", as: .artist)
            try expectProblem(over, .tooManyRequests, "rate-limited")
            #expect(over.headers[.retryAfter] == "1" && over.headers[.rateLimit] == #""read";r=0;t=2"#)
            #expect(try await api.get("/track", as: .rival).status == .ok)
            for _ in 0..<2 { _ = try await api.send(.get, "/track", token: "Bearer x.y.z") }
            let guess = try await api.send(.get, "/track", token: "Bearer x.y.z")
            try expectProblem(guess, .tooManyRequests, "rate-limited")
            try expectProblem(try await api.get("/openapi.json"), .tooManyRequests, "rate-limited")
            #expect(try await api.get("/healthz").status == .ok)
            platform.pass(1)
            #expect(try await api.get("/track", as: .artist).status == .ok)
        }
    }

    static let addresses: [(peer: String?, forwarded: [String], client: String?)] = [
        ("1.2.3.4", [], "1.2.3.4"), (nil, ["9.9.9.9"], nil), ("1.2.3.4", ["9.9.9.9"], "1.2.3.4"),
        ("10.0.0.1", ["9.9.9.9"], "9.9.9.9"), ("10.0.0.1", ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
        ("10.0.0.1", ["6.6.6.6", "9.9.9.9"], "9.9.9.9"), ("10.0.0.1", ["9.9.9.9, 10.0.0.2"], "9.9.9.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"), ("10.0.0.1", ["junk"], "10.0.0.1"),
        ("10.0.0.1", ["9.9.9.9, junk"], "10.0.0.1"), ("10.0.0.1", [""], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["9.9.9.9"], "9.9.9.9"), ("fd00::1", ["2001:db8::7"], "2001:db8:0:0/64"),
        ("2001:db8:1:2:3:4:5:6", ["9.9.9.9"], "2001:db8:1:2/64"), ("fe80::1%eth0", [], "fe80:0:0:0/64"),
    ]

    @Test("X-Forwarded-For counts only as far as trusted proxies vouch for it", arguments: addresses.indices)
    func forwarding(index: Int) {
        let row = Self.addresses[index]
        let client = ClientAddress.resolve(
            peer: row.peer.flatMap { IPAddress($0) },
            forwardedFor: row.forwarded,
            trusted: ["10.0.0.0/8", "fd00::/8"].compactMap { IPNetwork($0) }
        )
        #expect(client?.caller == row.client)
    }

    @Test("networks are addresses with a prefix that fits")
    func networks() {
        for text in ["", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::/129", "1.2.3.4/8/8", "1.2.3.4 "] {
            #expect(IPNetwork(text) == nil, "\(text)")
        }
        for text in ["1.2.3.4", "0.0.0.0/0", "::1", "::/0", "fd00::/8"] { #expect(IPNetwork(text) != nil, "\(text)") }
        #expect(IPAddress("10.1.0.0").map { IPNetwork("10.0.0.0/15")?.contains($0) } == true)
        #expect(IPAddress("10.2.0.0").map { IPNetwork("10.0.0.0/15")?.contains($0) } == false)
    }

    @Test("a body that drips is 408")
    func slowBody() async throws {
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        continuation.yield(ByteBuffer(string: "{"))
        let request = Request(
            head: .init(method: .post, scheme: nil, authority: nil, path: "/"),
            body: .init(asyncSequence: stream)
        )
        await #expect(throws: Problem(.requestTooSlow, "The body did not arrive within 0 s. Send it faster.")) {
            try await BodyIntake(byteCountMax: 100, seconds: 0).collect(request)
        }
        continuation.finish()
    }

    private static func preflight(_ api: Caller, _ origin: String, _ path: String) async throws -> HTTPFields {
        let headers: HTTPFields = [.origin: origin, .accessControlRequestMethod: "POST"]
        let response = try await api.send(.options, path, headers: headers)
        #expect(response.status == .noContent)
        return response.headers
    }

    @Test("pages of named origins may use the API")
    func crossOrigin() async throws {
        let origin = "https://app.example"
        try await Platform(corsOrigins: [origin]).run { api in
            let good = try await Self.preflight(api, origin, "/track/upload")
            #expect(good[.accessControlAllowOrigin] == origin && good[.accessControlAllowMethods] == "POST")
            #expect(good[.accessControlAllowHeaders]?.contains("Idempotency-Key") == true)
            #expect(good[.accessControlAllowCredentials] == nil)
            #expect(try await Self.preflight(api, origin, "/no")[.accessControlAllowOrigin] == nil)
            let problem = try await api.get("/track", headers: [.origin: origin])
            #expect(problem.status == .unauthorized && problem.headers[.accessControlAllowOrigin] == origin)
        }
    }

    @Test(
        "other origins are told nothing",
        arguments: [
            "https://evil.example", "https://app.example.evil", "null", "http://app.example",
        ]
    )
    func otherOrigins(origin: String) async throws {
        try await Platform(corsOrigins: ["https://app.example"]).run { api in
            #expect(try await Self.preflight(api, origin, "/track/upload")[.accessControlAllowOrigin] == nil)
            let plain = try await api.get("/healthz", headers: [.origin: origin])
            #expect(plain.status == .ok && plain.headers[.accessControlAllowOrigin] == nil)
            #expect(plain.headers[.vary] == "Origin")
        }
        try await Platform().run { api in
            let plain = try await api.get("/healthz", headers: [.origin: origin])
            #expect(plain.headers[.vary] == nil)
        }
    }
}
