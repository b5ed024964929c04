#!/usr/bin/env bash
# The main job, end to end, on real processes: an artist's upload becomes a published track with time-synced lyrics, and the
# worker is killed in the middle. Ends with exit code 0, or says which step was not as expected and shows the logs.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly BIN=.build/debug
WORK=$(mktemp -d "${TMPDIR:-/tmp}/mizzo-demo.XXXXXX")
readonly WORK
readonly DATA=$WORK/data
API_PID="" WORKER_PID="" STEP="preparation"

say() { printf '%s\n' "$*"; }

fail() {
    trap - ERR
    say "FAILED at: $STEP${1:+: $1}" >&2
    for log in "$WORK"/*.log; do
        [ -s "$log" ] && { say "--- last lines of ${log##*/}"; tail -n 15 "$log"; } >&2
    done
    exit 1
}

clean_up() {
    local pid
    for pid in $WORKER_PID $API_PID; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in $WORKER_PID $API_PID; do
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'fail "command failed in line $LINENO"' ERR
trap 'exit 130' INT TERM

# eventually SECONDS COMMAND…: repeats a command until it succeeds.
eventually() {
    local deadline=$((SECONDS + $1)); shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "not within the time limit: $*"
        sleep 0.1
    done
}

# call METHOD PATH TOKEN [JSON]: prints the body; fails unless the answer is 2xx.
call() {
    local body=()
    [ $# -lt 4 ] || body=(-H 'Content-Type: application/json' --data "$4")
    curl -sS --fail-with-body --max-time 20 -X "$1" -H "Authorization: Bearer $3" "${body[@]}" "$URL$2" || {
        fail "$1 $2 was refused"
    }
}

status_of() { curl -sS -o /dev/null -w '%{http_code}' --max-time 20 "$@"; }
field() { call GET "/track/$TRACK" "$ARTIST" | jq -r "$1"; }
mizzo() { "$BIN/mizzo" "$@"; }

start_worker() {
    "$BIN/mizzo-worker" "${OPTIONS[@]}" --set log.format=text 2>>"$WORK/worker-$1.log" &
    WORKER_PID=$!
    eventually 20 grep -q 'worker started' "$WORK/worker-$1.log"
}

# ---------------------------------------------------------------------------------------------------------------------
STEP="tools"
for tool in swift ffmpeg ffprobe curl jq; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run: make setup"
done

STEP="build"
say "==> Building (a few minutes the first time)"
for product in mizzo-api mizzo-worker mizzo; do
    swift build --product "$product" >"$WORK/build.log" 2>&1 || fail "the build failed"
done
rm -f "$WORK/build.log"

STEP="a song of about four minutes"
verses() {
    local chorus='Hold the line and carry on\nevery step is written down\nif the lights go out tonight\nmorning finds us where we are\n'
    printf 'The city sleeps beneath the rain\nI hear the wheels of one last train\nthe window holds a yellow light\nand paper boats are sailing by\n'
    printf '%b' "$chorus"
    printf 'We wrote our names upon the wall\nbefore the winter took the hall\nthe river keeps a silver thread\nand every word we ever said\n'
    printf '%b' "$chorus"
    printf 'A thousand miles of open road\nthe engine hums a gentle ode\nthe harbor bell is ringing slow\nand now I know the way to go\n'
    printf '%b' "$chorus"
}
{ verses; verses; verses; verses; } >"$WORK/lyrics.txt"
if command -v espeak-ng >/dev/null; then
    espeak-ng -v en-us -s 125 -f "$WORK/lyrics.txt" -w "$WORK/voice.wav" 2>/dev/null
else
    ffmpeg -v error -y -f lavfi -i 'sine=frequency=330:duration=230' "$WORK/voice.wav"
fi
ffmpeg -v error -y -i "$WORK/voice.wav" -f lavfi -i 'sine=frequency=110:sample_rate=44100' -f lavfi \
    -i 'sine=frequency=164.81:sample_rate=44100' -filter_complex \
    '[0]aresample=44100,adelay=1500:all=1,apad=pad_dur=2[v];[1]volume=0.04[a];[2]volume=0.03[b];[v][a][b]amix=inputs=3:duration=first:normalize=0' \
    -ac 2 -c:a libmp3lame -b:a 192k "$WORK/song.mp3"
SECONDS_LONG=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$WORK/song.mp3" | cut -d. -f1)
BYTES=$(stat -c %s "$WORK/song.mp3")
say "==> A song: $SECONDS_LONG s, $BYTES bytes, $(wc -l <"$WORK/lyrics.txt") lines of lyrics"

STEP="start of the daemons"
PORT=0
for _ in $(seq 50); do
    PORT=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || break
done
readonly URL=http://127.0.0.1:$PORT
readonly OPTIONS=(--data "$DATA" --http-port "$PORT")
"$BIN/mizzo-api" "${OPTIONS[@]}" --set log.format=text 2>"$WORK/api.log" &
API_PID=$!
api_is_ready() { kill -0 "$API_PID" 2>/dev/null || fail "mizzo-api ended"; [ "$(status_of "$URL/readyz" 2>/dev/null)" = 200 ]; }
eventually 20 api_is_ready
start_worker 1
mizzo user add nina "${OPTIONS[@]}" --role artist --name 'Nina Sol' >/dev/null
mizzo user add ada "${OPTIONS[@]}" --role admin --name Ada >/dev/null
ARTIST=$(mizzo token mint "${OPTIONS[@]}" --user nina)
ADMIN=$(mizzo token mint "${OPTIONS[@]}" --user ada)
say "==> mizzo-api (pid $API_PID) and mizzo-worker (pid $WORKER_PID) run on one database file, $URL"

STEP="upload"
TICKET=$(call POST /utils/upload-url "$ARTIST" "{\"contentType\":\"audio/mpeg\",\"byteCount\":$BYTES}")
TRACK=$(jq -r .trackId <<<"$TICKET")
HEADERS=()
while IFS= read -r header; do HEADERS+=(-H "$header"); done < <(jq -r '.headers | to_entries[] | "\(.key): \(.value)"' <<<"$TICKET")
[ "$(status_of -T "$WORK/song.mp3" "${HEADERS[@]}" "$(jq -r .url <<<"$TICKET")")" = 200 ] ||
    fail "the object store refused the file"
# A store that sends no events has them sent by whoever runs this.
${MIZZO_DEMO_AFTER_UPLOAD:-true} "$(jq -r .key <<<"$TICKET")" "$WORK/song.mp3"
say "    artist: PUT the file to a presigned URL -> 200, no API in between"
REGISTRATION=$(jq -n --arg id "$TRACK" --arg url "$(jq -r .objectUrl <<<"$TICKET")" --rawfile lyrics "$WORK/lyrics.txt" \
    --argjson duration "$SECONDS_LONG" '{id: $id, title: "Hold the Line", language: "english", duration: $duration,
        tags: ["demo"], lyrics: $lyrics, trackUrl: $url}')
say "    artist: registered track $TRACK -> $(call POST /track/upload "$ARTIST" "$REGISTRATION" | jq -r .status)"

STEP="kill -9 of the worker in mid-transcode"
PERCENT=0 SEEN=""
transcoding_is_half_way() {
    PERCENT=$(field .progress)
    [ "$(field .status)" != FAILED ] || fail "the track failed: $(field .statusReason)"
    case " $SEEN " in *" $PERCENT% "*) ;; *) SEEN="$SEEN $PERCENT%" ;; esac
    [ "$PERCENT" -ge 10 ]
}
eventually 60 transcoding_is_half_way
[ "$PERCENT" -le 80 ] || fail "progress was $PERCENT% before the worker could be killed"
say "    $(field .status): progress$SEEN"
kill -KILL "$WORKER_PID"
wait "$WORKER_PID" 2>/dev/null || true
say "==> kill -9 $WORKER_PID: the worker is dead at $PERCENT%; the track says $(field .status)"
[ "$(field .status)" = PROCESSING ] || fail "expected PROCESSING"
[ "$(status_of "$URL/hls/$TRACK/master.m3u8")" = 403 ] || fail "expected 403 before publication"
[ "$(status_of -H 'Range: bytes=0-99' "$URL/stream/$TRACK")" = 403 ] || fail "expected 403 before publication"
start_worker 2
say "==> A second worker (pid $WORKER_PID) carries on"

STEP="transcoding by the second worker"
SEEN=""
track_is() {
    local now; now=$(field '"\(.status) \(.progress)"')
    case "$now" in FAILED*) fail "the track failed: $(field .statusReason)" ;; esac
    case " $SEEN " in *" ${now#* }% "*) ;; *) SEEN="$SEEN ${now#* }%" ;; esac
    [ "${now% *}" = "$1" ]
}
eventually 120 track_is REVIEWING
say "    progress$SEEN -> REVIEWING"
say "    loudness $(field .audio.integratedLoudness) LUFS, $(field .audio.durationSeconds) s, playback still $(status_of "$URL/hls/$TRACK/master.m3u8")"

STEP="lyrics"
lyrics_are_complete() {
    LYRICS=$(call GET "/track/$TRACK/lyrics" "$ARTIST")
    case $(jq -r .status <<<"$LYRICS") in
        COMPLETED) true ;;
        FAILED) fail "$(jq -r .reason <<<"$LYRICS")" ;;
        *) false ;;
    esac
}
eventually 120 lyrics_are_complete
say "==> Lyrics $(jq -r '"\(.status) by \(.provider): \(.lines | length) lines"' <<<"$LYRICS")"
jq -r '.lines[0:3][] | "    \(.startMs) ms  \(.text)"' <<<"$LYRICS"

STEP="review"
call POST "/admin/track/$TRACK/approve" "$ADMIN" >/dev/null
eventually 20 track_is PUBLISHED
say "==> Admin approved -> PUBLISHED"

STEP="playback"
MASTER=$URL/hls/$TRACK/master.m3u8
ffprobe -v error -show_entries stream=codec_name,sample_rate -of json "$MASTER" >"$WORK/probe.json"
[ "$(jq -r '[.streams[].codec_name] | unique | join(",")' "$WORK/probe.json")" = aac ] || fail "expected AAC"
PLAYED=$(ffmpeg -v error -i "$MASTER" -map 0:a:0 -f s16le -ac 1 -ar 8000 - | wc -c)
PLAYED=$((PLAYED / 16000))
[ $((PLAYED - SECONDS_LONG)) -ge -2 ] && [ $((PLAYED - SECONDS_LONG)) -le 2 ] || fail "$PLAYED s of $SECONDS_LONG s played"
ffmpeg -v error -ss $((SECONDS_LONG / 2)) -i "$MASTER" -t 5 -f null - || fail "seeking failed"
say "    $(call GET "/hls/$TRACK/master.m3u8" "$ARTIST" | grep -c '^#EXT-X-STREAM-INF') variants; all $PLAYED s decoded, seeking works"
if command -v mpv >/dev/null; then
    mpv --no-config --no-video --ao=null --length=2 --really-quiet "$MASTER" || fail "mpv cannot play it"
    say "    mpv plays it"
fi
PART=$(curl -sSL -o /dev/null -w '%{http_code} %{size_download}' --max-time 20 -H 'Range: bytes=0-99' "$URL/stream/$TRACK")
# A redirect leads to the object store; rclone sends the part, but calls it 200.
case $PART in '206 100' | '200 100') ;; *) fail "expected 206 and 100 bytes for a range, got $PART" ;; esac
[ "$(status_of -H 'Range: bytes=999999999-' "$URL/stream/$TRACK")" = 416 ] || fail "expected 416 beyond the end"
say "    GET /stream with Range: ${PART% *}, ${PART#* } bytes, beyond the end: 416"

STEP="notifications"
NOTES=$(call GET /notification "$ARTIST" | jq -r '[.items[].kind] | sort | join(" ")')
[ "$NOTES" = "lyrics-ready track-published track-reviewing" ] || fail "expected one of each, got: $NOTES"
say "==> Notifications, each exactly once: $NOTES"

STEP="the operator's view"
ATTEMPTS=$(mizzo workflow attempts "publish-track/$TRACK" --database "$DATA/mizzo.sqlite" -o json)
jq -e '[.. | objects | select(.activityType? == "TranscodeTrack")] | length >= 2' <<<"$ATTEMPTS" >/dev/null ||
    fail "expected two attempts of TranscodeTrack"
say "==> mizzo workflow attempts"
mizzo workflow attempts "publish-track/$TRACK" --database "$DATA/mizzo.sqlite" | cut -c1-150
INGEST=$(mizzo workflow attempts follow-uploads --database "$DATA/mizzo.sqlite" -o json)
jq -e '[.. | objects | select(.outcome? == "worker-lost")] | length == 1' <<<"$INGEST" >/dev/null ||
    fail "expected the ingest to be taken over once"
say "==> mizzo workflow attempts follow-uploads: the ingest was taken over, too"
mizzo workflow attempts follow-uploads --database "$DATA/mizzo.sqlite" | cut -c1-150
say "==> mizzo workflow show"
mizzo workflow show "publish-track/$TRACK" --database "$DATA/mizzo.sqlite" | cut -c1-150
say "==> Done in $SECONDS s: killed once, nothing lost, nothing done twice"
