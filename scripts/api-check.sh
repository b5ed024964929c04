#!/usr/bin/env bash
# Holds the running API against its own description: openapi-spec-validator reads the document, then schemathesis calls every
# operation with fitting and with broken input, as anonymous, listener, two artists and admin. Ends with 0 when there was no 5xx
# and no answer that the document does not declare. EXAMPLES=… and SEED=… change and repeat a
# run; BIN=… takes programs that are built already.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TOOLS=.tools/api-check BIN=${BIN:-.build/debug}
readonly EXAMPLES=${EXAMPLES:-25} SEED=${SEED:-$RANDOM}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/mizzo-api-check.XXXXXX")
readonly WORK
API_PID="" WORKER_PID=""

fail() { printf 'api-check: %s\n' "$*" >&2; exit 1; }

clean_up() {
    local pid
    for pid in $WORKER_PID $API_PID; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

command -v jq >/dev/null && command -v curl >/dev/null || fail "jq or curl is missing. Run: make setup"
if ! "$TOOLS/bin/python" -c 'import schemathesis, openapi_spec_validator' 2>/dev/null; then
    python3 -m venv "$TOOLS" || fail "python3 with venv is missing. Run: apt-get install python3-venv"
    "$TOOLS/bin/pip" install --quiet --disable-pip-version-check -r scripts/api-check-requirements.txt ||
        fail "schemathesis could not be installed from PyPI"
fi
for product in mizzo-api mizzo-worker mizzo; do
    [ "$BIN" != .build/debug ] || swift build --product "$product" >"$WORK/build.log" 2>&1 || { tail -20 "$WORK/build.log"; fail "the build failed"; }
done

PORT=0
for _ in $(seq 50); do
    PORT=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || break
done
readonly URL=http://127.0.0.1:$PORT
readonly OPTIONS=(--data "$WORK/data" --http-port "$PORT")
unlimited=(--set http.reads-per-minute=0 --set http.writes-per-minute=0 --set http.media-per-minute=0)
"$BIN/mizzo-api" "${OPTIONS[@]}" "${unlimited[@]}" --set log.format=text 2>"$WORK/api.log" &
API_PID=$!
for _ in $(seq 200); do
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$URL/readyz")" = 200 ] && break
    kill -0 "$API_PID" 2>/dev/null || { tail "$WORK/api.log"; fail "mizzo-api ended"; }
    sleep 0.1
done

declare -A TOKENS=([anonymous]="")
for person in listener:listener nina:artist rosa:artist ada:admin; do
    "$BIN/mizzo" user add "${person%:*}" "${OPTIONS[@]}" --role "${person#*:}" --name "${person%:*}" >/dev/null
    TOKENS[${person%:*}]=$("$BIN/mizzo" token mint "${OPTIONS[@]}" --user "${person%:*}")
done

# A registered track, so that requests lead somewhere; ids that lead nowhere are the business of the tests.
post() { curl -sS --fail-with-body -H "Authorization: Bearer ${TOKENS[nina]}" --json "$2" "$URL$1"; }
TICKET=$(post /utils/upload-url '{"contentType":"audio/mpeg","byteCount":1000}')
TRACK=$(jq -r .trackId <<<"$TICKET")
post /track/upload "$(jq -n --arg id "$TRACK" '{id: $id, title: "Checked", language: "english", duration: 60, tags: []}')" >/dev/null

curl -sS --fail "$URL/openapi.json" -o "$WORK/openapi.json"
"$TOOLS/bin/openapi-spec-validator" "$WORK/openapi.json" || fail "the document is not valid OpenAPI"

cat >"$WORK/schemathesis.toml" <<EOF
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 406, 415, 422, 428]

[[operations]]
include-path-regex = "/(track|hls|stream|admin/track)/[{]id[}]"
parameters = { "path.id" = "$TRACK" }
EOF
# Not checked: whether all well-formed input is accepted (a right id may still be somebody else's). The object store has a protocol of its
# own, and the stream never ends.
for person in anonymous listener nina rosa ada; do
    header=()
    [ -z "${TOKENS[$person]}" ] || header=(--header "Authorization: Bearer ${TOKENS[$person]}")
    printf '==> %s (SEED=%s)\n' "$person" "$SEED"
    "$TOOLS/bin/schemathesis" --config-file "$WORK/schemathesis.toml" run "$URL/openapi.json" --url "$URL" "${header[@]}" \
        --checks all --exclude-checks positive_data_acceptance \
        --exclude-path-regex '^/objects/' --exclude-path /notification/stream --phases examples,coverage,fuzzing \
        --max-examples "$EXAMPLES" --seed "$SEED" --continue-on-failure --suppress-health-check all --warnings off \
        --output-truncate true >"$WORK/$person.log" 2>&1 || { tail -n 150 "$WORK/$person.log"; fail "$person found something; the log is above"; }
    tail -n 4 "$WORK/$person.log"
done
if grep -q 'request failed' "$WORK/api.log"; then
    grep 'request failed' "$WORK/api.log" | head
    fail "the API had internal errors"
fi
echo "==> the API is what it says it is"
