import AsyncHTTPClient

extension CredentialsChain {
    /// The sources of AWS's own tools in their order: environment, shared files, container, instance.
    public static func aws(environment: [String: String], client: HTTPClient) -> CredentialsChain {
        CredentialsChain([
            EnvironmentCredentials(environment), SharedFileCredentials(environment),
            ContainerCredentials(environment, client: client), InstanceCredentials(environment, client: client),
        ])
    }
}
