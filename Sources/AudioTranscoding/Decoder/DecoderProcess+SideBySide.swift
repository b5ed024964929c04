import Synchronization

extension DecoderProcess {
    /// Runs several to their ends; the first failure ends the others. Returns the endings in the order of the processes.
    ///
    /// - Parameter onPosition: called with the position of the slowest one, never twice at the same time, and never with
    ///   one before the last one.
    /// - Throws: as ``run(onPosition:)``, and the failure that an ending stands for: the first, as others may be its
    ///   consequence.
    static func run(
        _ processes: [DecoderProcess],
        onPosition: @escaping @Sendable (Double) -> Void
    ) async throws(TranscodingError) -> [Ending] {
        let positions = Positions(count: processes.count, onPosition)
        let results = await withTaskGroup(of: (Int, Result<Ending, TranscodingError>).self) { group in
            for (index, process) in processes.enumerated() {
                group.addTask { (index, await process.result { positions.advance(index, to: $0) }) }
            }
            var results: [(index: Int, result: Result<Ending, TranscodingError>)] = []
            for await (index, result) in group {
                results.append((index, result))
                if case .failure = result { group.cancelAll() }
            }
            return results
        }
        // In the order in which they have ended.
        for case (_, .failure(let error)) in results { throw error }
        return results.sorted { $0.index < $1.index }.compactMap { try? $0.result.get() }
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
    private let onPosition: @Sendable (Double) -> Void

    init(count: Int, _ onPosition: @escaping @Sendable (Double) -> Void) {
        seconds = Mutex(Array(repeating: 0, count: count))
        self.onPosition = onPosition
    }

    /// Tells the position of the slowest one, with the lock held: two must not overtake each other.
    func advance(_ index: Int, to position: Double) {
        seconds.withLock { seconds in
            seconds[index] = max(seconds[index], position)
            if let slowest = seconds.min() { onPosition(slowest) }
        }
    }
}
