import Crypto
import CryptoExtras
import FoundationEssentials

/// Signs URLs of a CloudFront distribution with its canned policy: one object, until one moment, for whoever has the URL.
///
/// The rules are those of the CloudFront developer guide, "Create a signed URL using a canned policy"; agreement with botocore
/// is tested byte by byte. Does not print its key.
public struct CloudFrontSigner: Sendable, CustomStringConvertible, CustomReflectable {
    /// Why there can be no signer. The messages repeat nothing of a key.
    public enum Flaw: String, Error, Sendable, CustomStringConvertible {
        /// CloudFront's ids are letters and digits.
        case keyPairID = "a key pair's id has only letters and digits, such as K2JCJMDEHXQW5F"
        /// Not what CloudFront verifies with.
        case privateKey =
            "expected an RSA private key of at least 2048 bits in PEM, PKCS #1 or PKCS #8, without a password"

        /// The rule that is broken.
        public var description: String { rawValue }
    }

    private let endpoint: ServiceEndpoint
    /// Names the public key that CloudFront verifies with.
    public let keyPairID: String
    private let key: _RSA.Signing.PrivateKey

    /// - Parameters:
    ///   - endpoint: the distribution's own name, or another that leads to it.
    ///   - keyPairID: the id of the public key in a key group that the distribution trusts.
    ///   - privateKey: its private half as PEM.
    public init(endpoint: ServiceEndpoint, keyPairID: String, privateKey: String) throws(Flaw) {
        guard !keyPairID.isEmpty, keyPairID.unicodeScalars.allSatisfy(Self.isLetterOrDigit) else { throw .keyPairID }
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: privateKey) else { throw .privateKey }
        self.endpoint = endpoint
        self.keyPairID = keyPairID
        self.key = key
    }

    /// The object's URL, good until a whole second.
    public func url(of object: ObjectKey, until date: Date) throws -> String {
        let resource = "\(endpoint.origin)/\(URIEncoding.encodePath(object.rawValue))"
        let expires = Int64(date.timeIntervalSince1970)
        // Without white space and in this order: CloudFront builds the same text from the URL. Nothing in it needs an escape.
        let policy =
            #"{"Statement":[{"Resource":"\#(resource)","Condition":{"DateLessThan":{"AWS:EpochTime":\#(expires)}}}]}"#
        let signature = try key.signature(
            for: Insecure.SHA1.hash(data: Array(policy.utf8)),
            padding: .insecurePKCS1v1_5
        )
        let text = Self.queryText(signature.rawRepresentation)
        return "\(resource)?Expires=\(expires)&Signature=\(text)&Key-Pair-Id=\(keyPairID)"
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }

    /// Base64 with CloudFront's own replacements for what means something else in a URL.
    private static func queryText(_ bytes: Data) -> String {
        let replaced = bytes.base64EncodedString().utf8.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "="): UInt8(ascii: "_")
            case UInt8(ascii: "/"): UInt8(ascii: "~")
            default: byte
            }
        }
        return String(decoding: replaced, as: UTF8.self)
    }

    /// Where it leads.
    public var description: String { endpoint.origin }
    /// Never the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
