import CSQLiteFloor
import Foundation
import Glibc

/// What this process has used.
enum ProcessUsage {
    /// Processor time in seconds, of all threads.
    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// Bytes in memory now, after what the allocator keeps for later was given back.
    static var residentBytes: Double {
        process_give_back_memory()
        return status("VmRSS")
    }

    /// The most bytes that were in memory since the process began or ``forgetPeak()``.
    static var peakBytes: Double { status("VmHWM") }

    /// Lets the peak begin at what is in memory now.
    static func forgetPeak() {
        process_give_back_memory()
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// Seconds of the clock that all processes of this machine share.
    static var monotonicSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Seconds since 1970, finer than the milliseconds of recorded times.
    static var wallSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func status(_ key: String) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) })
        else { return 0 }
        return kilobytes * 1024
    }
}

extension Duration {
    /// As a floating-point number.
    var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
