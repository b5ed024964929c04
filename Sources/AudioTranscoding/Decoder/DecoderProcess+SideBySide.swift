import Synchronization

extension DecoderProcess {
    /// Runs several to their ends; the first failure ends the others.
    ///
    /// - Parameter onPosition: called with the position of the slowest one.
    /// - Throws: as ``run(onPosition:)``, and the failure that an ending stands for.
    static func run(
        _ processes: [DecoderProcess],
        onPosition: @escaping @Sendable (Double) -> Void
    ) async throws(TranscodingError) -> [Ending] {
        let positions = Positions(count: processes.count)
        let results = await withTaskGroup(of: Result<Ending, TranscodingError>.self) { group in
            for (index, process) in processes.enumerated() {
                group.addTask {
                    await process.result { seconds in onPosition(positions.advance(index, to: seconds)) }
                }
            }
            var results: [Result<Ending, TranscodingError>] = []
            for await result in group {
                results.append(result)
                if case .failure = result { group.cancelAll() }
            }
            return results
        }
        // In the order of their ends: the first failure is the cause, later ones may be its consequence.
        var endings: [Ending] = []
        for result in results { endings.append(try result.get()) }
        return endings
    }

    private func result(onPosition: @escaping @Sendable (Double) -> Void) async -> Result<Ending, TranscodingError> {
        do throws(TranscodingError) {
            let ending = try await run(onPosition: onPosition)
            if let failure = DecoderReport.failure(ending) { throw failure }
            return .success(ending)
        } catch {
            return .failure(error)
        }
    }
}

/// How far each of several decoders has come.
private final class Positions: Sendable {
    private let seconds: Mutex<[Double]>

    init(count: Int) { seconds = Mutex(Array(repeating: 0, count: count)) }

    /// Returns the position of the slowest one.
    func advance(_ index: Int, to position: Double) -> Double {
        seconds.withLock { seconds in
            seconds[index] = position
            return seconds.min() ?? position
        }
    }
}
