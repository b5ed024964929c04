#!/bin/sh
# Builds the determinism probe in debug and in release and compares what it did: the order in which workflow code runs
# must not depend on the optimiser. Ends with 0 when both are equal.
set -eu
cd "$(dirname "$0")/.."
scratch=${1:-.build/determinism}
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
for mode in debug release; do
    swift build -c "$mode" --product determinism-probe --scratch-path "$scratch" >"$output/build.log" 2>&1 ||
        { cat "$output/build.log"; exit 1; }
    for round in 1 2 3; do
        "$(swift build -c "$mode" --scratch-path "$scratch" --show-bin-path)/determinism-probe" >"$output/$mode.$round"
        diff -u "$output/debug.1" "$output/$mode.$round"
    done
done
tail -n 1 "$output/debug.1"
