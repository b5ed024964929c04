#!/usr/bin/env bash
# Measures DBOS with the same three-step workflow beside the engine, in one run: on SQLite as it comes, on SQLite with WAL
# forced, and on PostgreSQL where its server is installed. DBOS goes into .bench-peers/ (git-ignored); databases into a
# temporary folder (DIRECTORY=… decides the disk). SECONDS_EACH and ROUNDS set the length.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly FOLDER=.bench-peers
readonly WANTED=(dbos==3.4.0 psycopg-binary==3.3.9)
readonly DURATION=${SECONDS_EACH:-3}
readonly REPEATS=${ROUNDS:-2}
readonly LEVELS=${IN_FLIGHT:-1 10 100}

install_peers() {
    if [ "$(cat "$FOLDER/installed" 2>/dev/null)" = "${WANTED[*]}" ]; then return; fi
    echo "installing into $FOLDER: ${WANTED[*]}"
    rm -rf "$FOLDER"
    python3 -m venv "$FOLDER"
    "$FOLDER/bin/pip" install --quiet --disable-pip-version-check "${WANTED[@]}"
    echo "${WANTED[*]}" >"$FOLDER/installed"
}

# The folder of PostgreSQL's programs, the newest first; empty if there is none.
postgres_programs() {
    local programs
    programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$programs" ] && command -v pg_ctl >/dev/null; then programs=$(dirname "$(command -v pg_ctl)"); fi
    echo "$programs"
}

# PostgreSQL refuses to run as root.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; else "$@"; fi
}

start_postgres() {
    programs=$(postgres_programs)
    if [ -z "$programs" ]; then
        echo "PostgreSQL is not installed (Debian: apt-get install postgresql): measured without it"
        return
    fi
    cluster=$work/cluster
    mkdir -p "$cluster"
    if [ "$(id -u)" = 0 ]; then chown nobody:nogroup "$cluster"; fi
    chmod 755 "$work"
    unprivileged "$programs/initdb" -D "$cluster/data" -U bench --auth=trust >/dev/null
    unprivileged "$programs/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$cluster'" start >/dev/null
    "$programs/createdb" -h "$cluster" -U bench bench
    kinds+=(postgres)
}

clean_up() {
    if [ -n "${cluster:-}" ]; then unprivileged "$programs/pg_ctl" -D "$cluster/data" -m fast stop >/dev/null || true; fi
    rm -rf "$work"
}

url() {
    if [ "$1" = postgres ]; then
        echo "postgresql+psycopg://bench@/bench?host=$cluster"
    else
        echo "sqlite:///$work/$1-$2.sqlite"
    fi
}

measure_engine() {
    "$engine" --only "in-flight-$1" --rounds 1 --seconds "$DURATION" --directory "$work" --json "$work/rows.json" >/dev/null
    python3 benchmarks/peers/summary.py add "$work/results" engine "$1" "$(cat "$work/rows.json")"
}

measure_dbos() {
    local answer
    answer=$("$FOLDER/bin/python" benchmarks/peers/dbos_three_steps.py "$1" "$(url "$1" "$2")" "$2" "$DURATION")
    python3 benchmarks/peers/summary.py add "$work/results" "$1" "$2" "$answer"
}

install_peers
# shellcheck disable=SC2086 # flags
swift build --package-path benchmarks ${RELEASE:--c release --static-swift-stdlib}
engine=$(swift build --package-path benchmarks -c release --show-bin-path)/engine-bench
work=$(mktemp -d "${DIRECTORY:-${TMPDIR:-/tmp}}/bench-peers-XXXXXX")
kinds=(sqlite sqlite-wal)
trap clean_up EXIT
trap 'exit 130' INT TERM
start_postgres

for in_flight in $LEVELS; do
    for _ in $(seq "$REPEATS"); do
        measure_engine "$in_flight"
        for kind in "${kinds[@]}"; do measure_dbos "$kind" "$in_flight"; done
    done
done
python3 benchmarks/peers/summary.py show "$work/results"
