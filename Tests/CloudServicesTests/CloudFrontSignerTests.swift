import CloudServices
import Crypto
import CryptoExtras
import Foundation
import Testing

/// URLs signed by botocore; see the note in the file.
private struct CloudFrontVectors: Decodable {
    struct Vector: Decodable, CustomTestStringConvertible {
        let origin: String
        let key: String
        let expires: TimeInterval
        let url: String

        var testDescription: String { "\(origin)/\(key)" }
    }

    let keyPairID: String
    let vectors: [Vector]

    static func file(_ name: String, _ kind: String) throws -> Data {
        let url = Bundle.module.url(forResource: name, withExtension: kind, subdirectory: "Vectors")
        return try Data(contentsOf: #require(url))
    }

    static let all: CloudFrontVectors = {
        do {
            return try JSONDecoder().decode(CloudFrontVectors.self, from: file("cloudfront-vectors", "json"))
        } catch {
            Issue.record("the vectors cannot be read: \(error)")
            return CloudFrontVectors(keyPairID: "", vectors: [])
        }
    }()
}

@Suite("URLs for CloudFront")
struct CloudFrontSignerTests {
    private static let endpoint = ServiceEndpoint(scheme: .https, host: "d111111abcdef8.cloudfront.net")

    @Test(
        "botocore's URLs are reproduced byte by byte, from both forms of a key",
        arguments: CloudFrontVectors.all.vectors,
        ["cloudfront-key-pkcs1", "cloudfront-key-pkcs8"]
    )
    fileprivate func vectors(_ vector: CloudFrontVectors.Vector, key: String) throws {
        let signer = try CloudFrontSigner(
            endpoint: #require(ServiceEndpoint(url: vector.origin)),
            keyPairID: CloudFrontVectors.all.keyPairID,
            privateKey: String(decoding: CloudFrontVectors.file(key, "pem"), as: UTF8.self)
        )
        // Parts of a second do not count.
        let date = Date(timeIntervalSince1970: vector.expires + 0.9)
        #expect(try signer.url(of: ObjectKey(vector.key), until: date) == vector.url)
    }

    @Test("there are vectors")
    func arePresent() { #expect(CloudFrontVectors.all.vectors.count == 3) }

    @Test("a key that CloudFront would not take is refused, and nothing of it is repeated")
    func refusedKeys() throws {
        let small = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).pemRepresentation
        let full = try String(decoding: CloudFrontVectors.file("cloudfront-key-pkcs1", "pem"), as: UTF8.self)
        let cut = String(full.dropLast(300))
        for pem in ["", "no key", small, P256.Signing.PrivateKey().pemRepresentation, cut] {
            let flaw = #expect(throws: CloudFrontSigner.Flaw.privateKey) {
                try CloudFrontSigner(endpoint: Self.endpoint, keyPairID: "K1", privateKey: pem)
            }
            #expect(flaw?.description.contains("2048 bits") == true)
        }
    }

    @Test("an id that could change the URL is refused", arguments: ["", "K1&Expires=9", "K 1", "K1%26"])
    func refusedIDs(id: String) throws {
        let pem = try String(decoding: CloudFrontVectors.file("cloudfront-key-pkcs1", "pem"), as: UTF8.self)
        #expect(throws: CloudFrontSigner.Flaw.keyPairID) {
            try CloudFrontSigner(endpoint: Self.endpoint, keyPairID: id, privateKey: pem)
        }
    }
}
