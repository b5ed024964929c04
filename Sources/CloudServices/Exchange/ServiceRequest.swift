/// A request to an AWS service before it is signed. The whole body is at hand, so that it can be hashed and sent again.
struct ServiceRequest: Sendable {
    var method: String
    /// Percent-encoded, begins with `/`.
    var path: String
    var query = QueryString()
    var headers: [HeaderField] = []
    var body: [UInt8] = []
}
