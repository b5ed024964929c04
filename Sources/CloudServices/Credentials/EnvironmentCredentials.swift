/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentials: CredentialsProvider {
    private let environment: [String: String]

    /// - Parameter environment: the process's variables.
    public init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// See ``CredentialsProvider/credentials()``. An empty variable counts as absent.
    public func credentials() async throws -> IssuedCredentials? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        switch (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
        case (nil, nil): return nil
        case (let id?, let secret?):
            let token = value("AWS_SESSION_TOKEN")
            return IssuedCredentials(AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token))
        case (_, nil): throw CredentialsError.malformed("The environment", "AWS_SECRET_ACCESS_KEY is missing")
        case (nil, _): throw CredentialsError.malformed("The environment", "AWS_ACCESS_KEY_ID is missing")
        }
    }
}
