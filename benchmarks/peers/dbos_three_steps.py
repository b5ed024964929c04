#!/usr/bin/env python3
"""Three-step workflows by DBOS, as many at once as asked for: what `bench-peers.sh` compares the engine with.

    dbos_three_steps.py sqlite|sqlite-wal|postgres URL IN_FLIGHT SECONDS

prints one line of JSON. `sqlite` is DBOS as it comes (rollback journal, synchronous=FULL); `sqlite-wal` sets WAL and
synchronous=FULL on every connection, which a user would have to do.
"""

import json
import sys
import threading
import time

import sqlalchemy
from dbos import DBOS, DBOSConfig


def force_wal():
    @sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "connect")
    def set_wal(connection, _record):
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()


@DBOS.step()
def next_number(number: int) -> int:
    return number + 1


@DBOS.workflow()
def three_steps(number: int) -> int:
    for _ in range(3):
        number = next_number(number)
    return number


def lane(deadline: float, latencies: list, failures: list):
    while True:
        begun = time.monotonic()
        try:
            if three_steps(0) != 3:
                failures.append("wrong result")
        except Exception as error:  # a busy database is DBOS's answer too: it is counted
            failures.append(repr(error))
        else:
            latencies.append(time.monotonic() - begun)
        if time.monotonic() >= deadline:
            return


def measure(in_flight: int, seconds: float) -> dict:
    three_steps(0)
    latencies, failures = [], []
    begun = time.monotonic()
    threads = [
        threading.Thread(target=lane, args=(begun + seconds, latencies, failures)) for _ in range(in_flight)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - begun
    latencies.sort()

    def percentile(share: float) -> float:
        return round(1000 * latencies[min(len(latencies) - 1, int(share * len(latencies)))], 2) if latencies else 0

    return {
        "rate": len(latencies) / elapsed,
        "p50_ms": percentile(0.5),
        "p99_ms": percentile(0.99),
        "failures": len(failures),
    }


def main():
    kind, url, in_flight, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    if kind == "sqlite-wal":
        force_wal()
    config: DBOSConfig = {
        "name": "three-steps",
        "system_database_url": url,
        "log_level": "CRITICAL",
        "run_admin_server": False,
    }
    DBOS(config=config)
    DBOS.launch()
    try:
        result = measure(in_flight, seconds)
    finally:
        DBOS.destroy()
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
