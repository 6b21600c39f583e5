"""The web's p95 under the mixed load while the worker inside judges a gate over a million test cases.

`flightrules serve` as it stands: on SQLite one process with the worker, on PostgreSQL two of the web and the
worker in the third. A release with one large JUnit report waits to be judged; from then until it is judged
the mixed load of run.py is kept up. For comparison the same load is measured before.

    python bench/service/while_judging.py [--cases 1000000] [--database sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import load
import run as office

_HERE = Path(__file__).resolve().parent
_LIMIT_S = 30
_STEP_S = 2.0

_ASK = """
import io, sys
sys.path.insert(0, sys.argv[2])
from flightrules.service.config.start import start
start()
from service_scale import PLAIN, junit, now, ready
from flightrules.service.readiness import runs
from flightrules.service.records.actor import SYSTEM
release = ready("judged", PLAIN, junit(200, int(sys.argv[1]) // 200))
run = runs.ask_gate_run(release=release, gate=None, claim=None, by=SYSTEM, at=now())
print(run.key)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--database", choices=sorted(office.GOALS))
    asked = parser.parse_args()
    databases = [asked.database] if asked.database else sorted(office.GOALS, reverse=True)
    met = [_measured(one, asked.cases) for one in databases]
    return 0 if all(met) else 1


def _measured(database: str, cases: int) -> bool:
    with (
        tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder,
        office.address(database) as url,
        office.running(folder, url, worker=True) as (port, token, _),
    ):
        changes = office.trials(port, token, 4)
        asks = office.mixed(token, changes)
        load.without_pause(port, changes, 1.0)  # warm
        alone, _ = load.at_a_rate(port, asks, office.MIXED_RATE, 8.0, office.LINES)
        key = _asked(folder, url, cases)
        began, times, failed = time.perf_counter(), [], 0
        while not (judged := _run(port, token, key)["judged_at"]):
            found, took = load.at_a_rate(port, asks, office.MIXED_RATE, _STEP_S, office.LINES)
            times, failed = times + took, failed + found.failed
        waited = time.perf_counter() - began
    times.sort()
    p95 = load.percentile(times, 95) * 1000
    met = p95 < office.MIXED_P95_MS and waited < _LIMIT_S and not failed and bool(judged)
    print(
        f"\n{database}: mixed load p95 {alone.p95_ms:.0f} ms alone; while {cases:,} cases are judged"
        f" p50 {load.percentile(times, 50) * 1000:.0f} ms, p95 {p95:.0f} ms, {len(times) / waited:.0f}/s,"
        f" failed {failed}; judged after {waited:.1f} s, load average {os.getloadavg()[0]:.1f}"
        f" (goal p95 < {office.MIXED_P95_MS} ms, < {_LIMIT_S} s: {'met' if met else 'MISSED'})"
    )
    return met


def _asked(folder: str, url: str, cases: int) -> str:
    """Make what is to be judged beside the office, and ask for it."""
    environment = {
        **os.environ,
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
        **({"FLIGHTRULES_DATABASE_URL": url} if url else {}),
    }
    command = [sys.executable, "-c", _ASK, str(cases), str(_HERE.parent)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()[-1]


def _run(port: int, token: str, key: str) -> dict[str, str | None]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", f"/api/v1/gate-runs/{key}", headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    found: dict[str, str | None] = json.loads(answer.read())
    line.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
