extension JSONValue {
    /// A verdict; `verdict` is its stable name.
    init(_ verdict: Verdict) {
        self = [
            "verdict": .string(verdict.code.rawValue), "waitsFor": .string(verdict.summary),
            "since": JSONValue(verdict.since), "until": JSONValue(verdict.until), "next": .string(verdict.next),
            "withoutWorkers": .string(verdict.withoutWorkers), "command": .of(verdict.command),
            "pending": .array(verdict.others.map { .string($0) }),
        ]
    }
}
