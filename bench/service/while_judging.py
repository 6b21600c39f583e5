"""The web's p95 under the mixed load while the worker inside judges a million test cases, or 10,000 criteria.

`flightrules serve` as it stands: on two cores two processes of the web, and the worker in a third. A release
with one large JUnit report waits to be judged, or one whose rulebook has many criteria in gates of a thousand
each; from then until all is judged the mixed load is kept up. The same load is measured before, alone.

    python bench/service/while_judging.py [--cases 1000000] [--criteria 0] [--rate 300] [--database ...]
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

import everyday
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
from service_scale import A_GATE, PARTS, PLAIN, junit, now, ready, rulebook
from flightrules.service.readiness import runs
from flightrules.service.records.actor import SYSTEM
cases, criteria = int(sys.argv[1]), int(sys.argv[3])
if criteria:
    release = ready("judged", rulebook(criteria), junit(PARTS, 20))
else:
    release = ready("judged", PLAIN, junit(200, cases // 200))
for gate in [f"g{first}" for first in range(0, criteria, A_GATE)] or ["exit"]:
    print(runs.ask_gate_run(release=release, gate=gate, claim=None, by=SYSTEM, at=now()).key)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--criteria", type=int, default=0, help="so many criteria instead of a large report")
    parser.add_argument("--rate", type=float, default=office.MIXED_RATE, help="mixed requests a second")
    parser.add_argument("--database", choices=sorted(office.GOALS))
    asked = parser.parse_args()
    databases = [asked.database] if asked.database else sorted(office.GOALS, reverse=True)
    met = [_measured(one, asked.cases, asked.criteria, asked.rate) for one in databases]
    return 0 if all(met) else 1


def _measured(database: str, cases: int, criteria: int, rate: float) -> bool:
    with (
        tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder,
        office.address(database) as url,
        office.running(folder, url, worker=True) as (port, token, _),
    ):
        changes = office.trials(port, token, 4)
        asks = everyday.mixed(folder, url, token, changes)
        load.without_pause(port, changes, 1.0)  # warm
        alone, _ = load.at_a_rate(port, asks, rate, 8.0, office.LINES)
        keys = _asked(folder, url, cases, criteria)
        began, times, failed = time.perf_counter(), [], 0
        while not all(_run(port, token, key)["judged_at"] for key in keys):
            found, took = load.at_a_rate(port, asks, rate, _STEP_S, office.LINES)
            times, failed = times + took, failed + found.failed
        waited = time.perf_counter() - began
    times.sort()
    what = f"{criteria:,} criteria" if criteria else f"{cases:,} cases"
    p95 = load.percentile(times, 95) * 1000
    met = p95 < office.MIXED_P95_MS and waited < _LIMIT_S and not failed
    print(
        f"\n{database}: {rate:.0f}/s mixed, p95 {alone.p95_ms:.0f} ms alone; while {what} are judged"
        f" p50 {load.percentile(times, 50) * 1000:.0f} ms, p95 {p95:.0f} ms, {len(times) / waited:.0f}/s,"
        f" failed {failed}; judged after {waited:.1f} s, load average {os.getloadavg()[0]:.1f}"
        f" (goal p95 < {office.MIXED_P95_MS} ms, < {_LIMIT_S} s: {'met' if met else 'MISSED'})"
    )
    return met


def _asked(folder: str, url: str, cases: int, criteria: int) -> list[str]:
    """Make what is to be judged beside the office, and ask for it."""
    environment = {
        **os.environ,
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
        **({"FLIGHTRULES_DATABASE_URL": url} if url else {}),
    }
    command = [sys.executable, "-c", _ASK, str(cases), str(_HERE.parent), str(criteria)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def _run(port: int, token: str, key: str) -> dict[str, str | None]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", f"/api/v1/gate-runs/{key}", headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    found: dict[str, str | None] = json.loads(answer.read())
    line.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
