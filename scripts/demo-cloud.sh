#!/usr/bin/env bash
# The story of demo.sh on the protocols of S3, SQS and ECS: rclone holds the objects and checks every signature, moto holds the
# queue, the simulator of ECS runs mizzo-transcoder as a process per track.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TOOLS=$PWD/.cloud-tools/bin BIN=$PWD/.build/debug
WORK=$(mktemp -d "${TMPDIR:-/tmp}/mizzo-cloud.XXXXXX")
readonly WORK
PIDS=()

clean_up() {
    for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# serve NAME COMMAND…: starts a server and sets URL to the address it says it listens on.
serve() {
    local name=$1; shift
    "$@" >"$WORK/$name.log" 2>&1 &
    PIDS+=($!)
    for _ in $(seq 200); do
        URL=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$WORK/$name.log" || true)
        [ -z "$URL" ] || return 0
        kill -0 "${PIDS[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    printf 'FAILED: %s does not run\n' "$name" >&2
    cat "$WORK/$name.log" >&2
    exit 1
}

scripts/cloud-tools.sh
printf '==> Building the transcoder and the simulator of ECS\n'
for product in mizzo-transcoder ecs-simulator; do
    swift build --product "$product" >"$WORK/build.log" 2>&1 || { tail -n 20 "$WORK/build.log" >&2; exit 1; }
done

export AWS_ACCESS_KEY_ID=AKIDDEMO AWS_SECRET_ACCESS_KEY=demo/Secret+Key AWS_EC2_METADATA_DISABLED=true
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
mkdir -p "$WORK/objects/mizzo"
serve rclone "$TOOLS/rclone" serve s3 "$WORK/objects" --addr 127.0.0.1:0 -v \
    --auth-key "$AWS_ACCESS_KEY_ID,$AWS_SECRET_ACCESS_KEY"
export MIZZO_STORAGE_KIND=s3 MIZZO_STORAGE_ENDPOINT=$URL MIZZO_STORAGE_ADDRESSING=path
serve moto "$TOOLS/moto_server" -p 0
readonly SQS=$URL
MIZZO_QUEUE_URL=$("$TOOLS/python3" scripts/cloud-resources.py "$SQS" upload-events)
export MIZZO_QUEUE_KIND=sqs MIZZO_QUEUE_URL
serve ecs-simulator "$BIN/ecs-simulator" 0 "$BIN/mizzo-transcoder"
export MIZZO_TRANSCODING_RUNNER=ecs MIZZO_ECS_ENDPOINT=$URL MIZZO_ECS_TASK_DEFINITION=transcoder:1
export MIZZO_ECS_SUBNETS=subnet-1 MIZZO_ECS_POLL_SECONDS=1
printf '==> rclone (S3) %s, moto (SQS) %s, simulator (ECS) %s\n' "$MIZZO_STORAGE_ENDPOINT" "$SQS" "$MIZZO_ECS_ENDPOINT"

# rclone sends no events. This says what S3 would, twice, as S3 sometimes does.
cat >"$WORK/announce" <<'SCRIPT'
#!/usr/bin/env bash
set -euo pipefail
body=$(jq -nc --arg key "$1" --arg etag "$(md5sum <"$2" | cut -d' ' -f1)" --argjson size "$(stat -c %s "$2")" '
    {Records: [{eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3: {s3SchemaVersion: "1.0",
        bucket: {name: "mizzo"}, object: {key: $key, size: $size, eTag: $etag, sequencer: "0A"}}}]}')
for _ in 1 2; do
    "$AWS_TOOL" sqs send-message --endpoint-url "${MIZZO_QUEUE_URL%/*/*}" --queue-url "$MIZZO_QUEUE_URL" \
        --message-body "$body" >/dev/null
done
SCRIPT
chmod +x "$WORK/announce"
export AWS_TOOL=$TOOLS/aws MIZZO_DEMO_AFTER_UPLOAD=$WORK/announce
scripts/demo.sh
printf '==> The bucket holds %s files of the transcoded track\n' "$(find "$WORK/objects/mizzo/transcoded-track" -type f | wc -l)"
