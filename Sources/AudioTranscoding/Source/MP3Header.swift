/// The four-byte header of an MPEG-1, MPEG-2 or MPEG-2.5 layer III frame (ISO/IEC 11172-3 section 2.4.1.3).
struct MP3Header: Equatable {
    let isMPEG1: Bool
    let sampleRate: Int
    let bitsPerSecond: Int
    let isMono: Bool
    let frameBytes: Int

    var samplesPerFrame: Int { isMPEG1 ? 1_152 : 576 }
    /// Bytes of side information, after which an encoder puts its Xing or Info header.
    var sideInfoBytes: Int {
        switch (isMPEG1, isMono) {
        case (true, false): 32
        case (true, true), (false, false): 17
        case (false, true): 9
        }
    }

    /// Nil unless the bytes are a layer III header with a definite length (free format is not accepted).
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 4 else { return nil }
        let (b0, b1) = (bytes[bytes.startIndex], bytes[bytes.startIndex + 1])
        let (b2, b3) = (bytes[bytes.startIndex + 2], bytes[bytes.startIndex + 3])
        let version = Int(b1 >> 3 & 3)
        let (bitrateIndex, rateIndex) = (Int(b2 >> 4), Int(b2 >> 2 & 3))
        guard b0 == 0xff, b1 & 0xe6 == 0xe2, version != 1, (1...14).contains(bitrateIndex), rateIndex < 3 else {
            return nil
        }
        isMPEG1 = version == 3
        sampleRate = [44_100, 48_000, 32_000][rateIndex] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
        bitsPerSecond = 1_000 * (version == 3 ? Self.kilobitsMPEG1 : Self.kilobitsMPEG2)[bitrateIndex]
        isMono = b3 >> 6 == 3
        let samples = version == 3 ? 1_152 : 576
        frameBytes = samples / 8 * bitsPerSecond / sampleRate + Int(b2 >> 1 & 1)
    }

    /// Whether both belong to one stream: version and sample rate never change inside a stream.
    func continues(_ other: MP3Header) -> Bool {
        isMPEG1 == other.isMPEG1 && sampleRate == other.sampleRate
    }

    private static let kilobitsMPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let kilobitsMPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
