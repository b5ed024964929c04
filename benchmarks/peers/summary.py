#!/usr/bin/env python3
"""Collects what `bench-peers.sh` measures, and prints it as a table.

summary.py add FILE KIND IN_FLIGHT JSON     remembers one measurement
summary.py show FILE                        prints medians and ratios
"""

import json
import statistics
import sys

NAMES = {"sqlite": "DBOS, SQLite", "sqlite-wal": "DBOS, SQLite WAL", "postgres": "DBOS, PostgreSQL"}


def add(path: str, kind: str, in_flight: str, text: str):
    answer = json.loads(text)
    if kind == "engine":
        row = next(row for row in answer if row["name"] == f"in-flight-{in_flight}-rate")
        answer = {
            "rate": row["value"]["median"],
            "p50_ms": row["details"]["p50 ms"],
            "p99_ms": row["details"]["p99 ms"],
            "failures": 0,
        }
    with open(path, "a") as file:
        file.write(json.dumps({"kind": kind, "in_flight": int(in_flight), **answer}) + "\n")


def show(path: str):
    with open(path) as file:
        rows = [json.loads(line) for line in file]
    print(f"{'in flight':>9}  {'who':<17} {'wf/s':>8} {'p50 ms':>9} {'p99 ms':>9} {'failed':>6}  engine / DBOS (min…max)")
    for in_flight in sorted({row["in_flight"] for row in rows}):
        engine = [row for row in rows if row["in_flight"] == in_flight and row["kind"] == "engine"]
        print(line(in_flight, "this engine", engine))
        for kind, name in NAMES.items():
            peers = [row for row in rows if row["in_flight"] == in_flight and row["kind"] == kind]
            if peers:
                ratios = [ours["rate"] / theirs["rate"] for ours, theirs in zip(engine, peers) if theirs["rate"] > 0]
                print(line(in_flight, name, peers) + "  " + spread(ratios))
    best(rows)


def line(in_flight: int, name: str, rows: list) -> str:
    def median(key: str) -> float:
        return statistics.median(row[key] for row in rows)

    failed = sum(row["failures"] for row in rows)
    return f"{in_flight:>9}  {name:<17} {median('rate'):>8.0f} {median('p50_ms'):>9.2f} {median('p99_ms'):>9.2f} {failed:>6}"


def spread(ratios: list) -> str:
    if not ratios:
        return "none completed"
    return f"{statistics.median(ratios):.0f} ({min(ratios):.0f}…{max(ratios):.0f})"


def best(rows: list):
    """The goal: the engine at 100 in flight against DBOS wherever it is fastest."""
    engine = [row["rate"] for row in rows if row["kind"] == "engine" and row["in_flight"] == 100]
    peers = {}
    for row in rows:
        if row["kind"] != "engine":
            peers.setdefault((row["kind"], row["in_flight"]), []).append(row["rate"])
    if not engine or not peers:
        return
    (kind, in_flight), rates = max(peers.items(), key=lambda item: statistics.median(item[1]))
    ratio = statistics.median(engine) / statistics.median(rates)
    verdict = "met" if ratio >= 50 else "not met"
    print(f"at 100 in flight, against DBOS at its best ({NAMES[kind]}, {in_flight} in flight): {ratio:.0f}, goal 50: {verdict}")


if __name__ == "__main__":
    {"add": add, "show": show}[sys.argv[1]](*sys.argv[2:])
