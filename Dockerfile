# The container of a transcoding task: `mizzo-transcoder` and the decoder it confines, nothing else.
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libsqlite3-dev libcurl4-openssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Package.swift ./
COPY Sources ./Sources
# The manifest names all targets, so their folders have to be there.
COPY Tests ./Tests
COPY benchmarks/Sources ./benchmarks/Sources
RUN swift build -c release --product mizzo-transcoder --static-swift-stdlib \
    && cp "$(swift build -c release --show-bin-path)/mizzo-transcoder" /mizzo-transcoder

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates ffmpeg bubblewrap util-linux libsqlite3-0 libcurl4 libxml2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 transcoder
COPY --from=build /mizzo-transcoder /usr/local/bin/mizzo-transcoder
USER transcoder
ENTRYPOINT ["/usr/local/bin/mizzo-transcoder"]
