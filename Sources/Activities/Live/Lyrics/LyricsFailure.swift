import ActivityContracts
import Logging
import LyricsSync
import WorkflowEngine

/// What the retry policy is told about a failed call to the model.
///
/// | failure | treatment |
/// |---|---|
/// | final for this track | not tried again |
/// | the service says when to come back | tried again then |
/// | only an operator can mend it | logged as an error, tried again after 15 minutes |
/// | anything else | tried again as the policy says |
struct LyricsFailure {
    let error: GeminiError
    let attempt: Int
    let logger: Logger

    static let operatorPause = Duration.seconds(15 * 60)

    init(_ error: GeminiError, attempt: Int, logger: Logger) {
        self.error = error
        self.attempt = attempt
        self.logger = logger
    }

    var applicationError: ApplicationError {
        if error.isFinal(atAttempt: attempt) {
            return ApplicationError(error.description, type: "LyricsRefused", nonRetryable: true)
        }
        guard error.pausesOperator else {
            return ApplicationError(error.description, type: error.code, nextRetryDelay: error.retryAfter)
        }
        logger.error(
            "lyrics wait for an operator",
            metadata: ["code": "\(error.code)", "error": "\(error)"]
        )
        return ApplicationError(error.description, type: error.code, nextRetryDelay: Self.operatorPause)
    }
}
