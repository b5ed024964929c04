import Foundation
import MizzoPlatform

/// The entry point of a transcoding container.
@main
enum MizzoTranscoder {
    static func main() async {
        exit(await TranscoderProgram.run(environment: ProcessInfo.processInfo.environment))
    }
}
