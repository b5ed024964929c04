import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Builds the HTTP application: a `Service`, so the composition root runs it in its service group and a graceful
/// shutdown lets requests under way finish.
///
/// - Throws: when a token key cannot be used, or when a route is declared without all of its policy.
public func buildApplication(
    configuration: APIConfiguration,
    dependencies: APIDependencies
) async throws -> some ApplicationProtocol {
    let limits = HTTP1Channel.Configuration(
        additionalChannelHandlers: [ConnectionManners()],
        idleTimeout: .seconds(Int64(configuration.idleTimeout)),
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: configuration.headerByteCountMax / 2,
            maxHeaderListSize: configuration.headerByteCountMax,
            maxHeaderFieldCount: configuration.headerCountMax
        )
    )
    let hub = notificationHub(configuration: configuration, dependencies: dependencies)
    return Application(
        router: try await buildRouter(configuration: configuration, dependencies: dependencies, hub: hub),
        server: .http1(configuration: limits),
        configuration: ApplicationConfiguration(address: configuration.address, serverName: "mizzo"),
        services: [hub],
        logger: dependencies.logger
    )
}

func notificationHub(configuration: APIConfiguration, dependencies: APIDependencies) -> NotificationHub {
    NotificationHub(
        database: dependencies.database,
        changes: dependencies.changes,
        limits: configuration.streams,
        metrics: dependencies.metrics,
        logger: dependencies.logger
    )
}

func buildRouter(
    configuration: APIConfiguration,
    dependencies: APIDependencies,
    hub: NotificationHub
) async throws -> Router<APIContext> {
    let table = try routeTable(configuration: configuration, dependencies: dependencies, hub: hub)
    let gate = await accessGate(configuration: configuration, dependencies: dependencies)
    let router = Router(context: APIContext.self)
    router.add(middleware: RequestJournal(metrics: dependencies.metrics))
    if !configuration.corsOrigins.isEmpty {
        router.add(middleware: CrossOrigin(origins: configuration.corsOrigins, table: table))
    }
    router.add(middleware: ProblemRendering(typeBase: configuration.problemTypeBase, table: table))
    for endpoint in table.endpoints {
        for method in table.methods(of: endpoint) {
            router.on(RouterPath(endpoint.path), method: method) { request, context in
                try await gate.admit(request.invitingBody(over: context.channel), context, to: endpoint)
            }
        }
    }
    return router
}

private func accessGate(configuration: APIConfiguration, dependencies: APIDependencies) async -> AccessGate {
    AccessGate(
        verifier: await TokenVerifier(settings: configuration.tokens),
        database: dependencies.database,
        limiter: RateLimiter(limits: configuration.rateLimits),
        trustedProxies: configuration.trustedProxies,
        intake: BodyIntake(byteCountMax: configuration.bodyByteCountMax, seconds: configuration.bodySeconds),
        keyLifetime: configuration.idempotencyKeyLifetime,
        now: dependencies.now
    )
}

/// Every route of the API, each with its policy: what is not in this list does not exist.
///
/// - Throws: ``RouteTableError`` for routes that contradict themselves or each other.
func routeTable(
    configuration: APIConfiguration,
    dependencies: APIDependencies,
    hub: NotificationHub
) throws -> RouteTable {
    let views = TrackViews(baseURL: configuration.publicBaseURL)
    let cursors = CursorSeal(secrets: configuration.tokens.keys.map(\.secret))
    let endpoints = [
        HealthRoutes(dependencies: dependencies).endpoints,
        UploadRoutes(configuration: configuration, dependencies: dependencies).endpoints,
        PartedUploadRoutes(configuration: configuration, dependencies: dependencies).endpoints,
        RegistrationRoutes(configuration: configuration, dependencies: dependencies, views: views).endpoints,
        TrackRoutes(dependencies: dependencies, views: views, cursors: cursors).endpoints,
        LyricsRoutes(dependencies: dependencies).endpoints + WaveformRoutes(dependencies: dependencies).endpoints,
        LyricsEditRoutes(configuration: configuration, dependencies: dependencies).endpoints,
        communityEndpoints(configuration, dependencies, views, cursors),
        PlaybackRoutes(dependencies: dependencies).endpoints,
        reviewEndpoints(configuration, dependencies, views, cursors),
        MetadataRoutes(configuration: configuration, dependencies: dependencies, views: views).endpoints,
        NotificationRoutes(configuration: configuration, dependencies: dependencies, cursors: cursors, hub: hub)
            .endpoints,
        dependencies.objects.map { ObjectRoutes(store: $0).endpoints } ?? [],
    ]
    return try DocumentRoutes.describing(endpoints.flatMap(\.self), serverURL: configuration.publicBaseURL)
}

/// What admins decide about.
private func reviewEndpoints(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ views: TrackViews,
    _ cursors: CursorSeal
) -> [Endpoint] {
    func routes<Kind: ReviewedKind>(of kind: Kind) -> ReviewRoutes<Kind> {
        ReviewRoutes(kind: kind, configuration: configuration, dependencies: dependencies, cursors: cursors)
    }
    let tracks = routes(of: ReviewedTracks(workflows: dependencies.workflows, views: views))
    let playlists = routes(of: ReviewedPlaylists(workflows: dependencies.workflows))
    let applications = routes(of: ReviewedApplications(workflows: dependencies.workflows))
    return tracks.reviewing + tracks.moderating + playlists.reviewing + playlists.moderating + applications.reviewing
}

/// What users make besides tracks.
private func communityEndpoints(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ views: TrackViews,
    _ cursors: CursorSeal
) -> [Endpoint] {
    [
        PlaylistRoutes(configuration: configuration, dependencies: dependencies, views: views, cursors: cursors)
            .endpoints,
        ApplicationRoutes(configuration: configuration, dependencies: dependencies, views: views, cursors: cursors)
            .endpoints,
    ].flatMap(\.self)
}
