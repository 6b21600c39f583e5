"""Durable votes and decisions a second through REST, beside plain state changes, on SQLite and PostgreSQL.

Each vote and each decision is one POST that is authenticated, has its signer's proof taken, reads the release
anew, and is committed to disk with its entries before it is answered. Every client acts on releases of its
own, all of one product, so of one ledger stream. Once all are voted on (or decided) they are put back behind
the office's back, and that is not counted: the rate is over the seconds in which clients were asking.

    python bench/service/decisions.py [--seconds 20] [--clients 4] [--database sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import load
import run as office

_TESTS = str(Path(__file__).resolve().parents[2] / "tests")
_RELEASES_A_CLIENT = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--database", choices=sorted(office.GOALS))
    parser.add_argument("--inside", nargs=2, type=int, metavar=("PORT", "PID"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        port, web = asked.inside
        _inside(port, web, asked.seconds, asked.clients)
        return 0
    for database in [asked.database] if asked.database else sorted(office.GOALS, reverse=True):
        _measured(database, asked.seconds, asked.clients)
    return 0


def _measured(database: str, seconds: float, clients: int) -> None:
    with tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder, office.address(database) as url:
        floor = office.floor(database, url, folder)
        with office.running(folder, url) as (port, token, web):
            changes = office.state_changes(port, token, web, seconds, clients)
            environment = {
                **os.environ,
                "FLIGHTRULES_HOME": os.path.join(folder, "home"),
                "FLIGHTRULES_LOG_LEVEL": "WARNING",
                "PYTHONPATH": os.pathsep.join((_TESTS, os.environ.get("PYTHONPATH", ""))),
                **({"FLIGHTRULES_DATABASE_URL": url} if url else {}),
            }
            command = [sys.executable, __file__, "--inside", str(port), str(web)]
            command += ["--seconds", str(seconds), "--clients", str(clients)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    print(f"\n{database}: bare commits {floor:.0f}/s, load average {os.getloadavg()[0]:.1f}")
    _said("state changes", changes)
    for what, found in json.loads(done.stdout).items():
        _said(what, load.Load(*found))


def _said(what: str, found: load.Load) -> None:
    print(
        f"  {what:14} {found.rate:7.1f}/s  p50 {found.p50_ms:7.1f} ms  p95 {found.p95_ms:7.1f} ms"
        f"  failed {found.failed}  cpu {found.cpu_ms:.1f} ms (generator {found.client_cpu_ms:.2f})"
    )


def _inside(port: int, web: int, seconds: float, clients: int) -> None:
    """In the environment of the office: make releases that wait for a vote or a decision, and measure."""
    from flightrules.service.config.start import start

    start()
    from service.faults_platform.lanes import lane_to_go, shop_here

    lanes = [
        lane_to_go(shop_here(), f"7.{number}.0", adopted=number == 0)
        for number in range(clients * _RELEASES_A_CLIENT)
    ]

    def vote(lane: Any) -> tuple[str, dict[str, str]]:
        body = {"choice": "go", "role": "product-owner", "dossier": lane.digest}
        return f"/polls/{lane.case.poll}/votes", body

    def decide(lane: Any) -> tuple[str, dict[str, str]]:
        return f"/polls/{lane.case.poll}/decision", {"outcome": "GO", "dossier": lane.digest}

    found = {
        "votes": _sustained(lanes, "vote", vote, port, web, seconds, clients),
        "decisions": _sustained(lanes, "decide", decide, port, web, seconds, clients),
    }
    sys.stdout.write(json.dumps(found))


def _sustained(
    lanes: list[Any],
    moment: str,
    asking: Callable[[Any], tuple[str, dict[str, str]]],
    port: int,
    web: int,
    seconds: float,
    clients: int,
) -> load.Load:
    """All releases once, again and again until the clients have been asking for so many seconds."""
    asks = [_request(lane, *asking(lane)) for lane in lanes]
    times: list[float] = []
    failed, spent, cpu, own = 0, 0.0, 0.0, 0.0
    while spent < seconds:
        for lane in lanes:
            lane.put_back(moment)
        before = load.cpu_s(web)
        found, took = load.one_after_the_other(port, [asks[number::clients] for number in range(clients)])
        cpu += load.cpu_s(web) - before
        own += found.client_cpu_ms * found.done / 1000
        spent += found.seconds
        failed += found.failed
        times += took
    times.sort()
    middle, high = (load.percentile(times, one) * 1000 for one in (50, 95))
    each = 1000 / max(len(times), 1)
    return load.Load(len(times), failed, spent, middle, high, cpu * each, own * each)


def _request(lane: Any, path: str, body: dict[str, str]) -> bytes:
    return load.request("POST", path, lane.case.shop.owner.token, json.dumps(body).encode())


if __name__ == "__main__":
    sys.exit(main())
