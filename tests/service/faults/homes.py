"""Installations of their own for stories that kill, fill and restore: a home, commands in it, entries in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CODE = Path(__file__).resolve().parents[3] / "src"
STARTED = """
import sys
from datetime import UTC, datetime
from flightrules.service.config.start import start
start()
from django.db import connection, transaction
from flightrules.service.config.migrate import migrate
from flightrules.service.records import services as records
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.tags import Tag
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
def tell(number, stream="product/shop", tag=Tag.RELEASE_CHANGED, data=None):
    with transaction.atomic():
        return records.append(
            stream=stream, tag=tag, by=SYSTEM, at=AT, subject="release/42", data=data or {"n": number}
        )
"""


@dataclass
class Home:
    """One installation."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """The environment of its processes; nothing of the tests' own installation leaks in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHTRULES_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        own = {"FLIGHTRULES_HOME": str(self.folder), "PYTHONPATH": str(CODE)}
        return kept | own | self.environment

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the product."""
        argv = [sys.executable, "-m", "flightrules.cli.main", *map(str, words)]
        return subprocess.run(argv, env=self.variables(), capture_output=True, text=True, check=False)

    def python(self, script: str, **more: object) -> subprocess.CompletedProcess[str]:
        """A script that begins with a started service."""
        return subprocess.run(
            [sys.executable, "-c", STARTED + script],
            env=self.variables(),
            capture_output=True,
            text=True,
            check=False,
            **more,
        )

    def begin(self, script: str) -> subprocess.Popen[str]:
        """The same, left running."""
        return subprocess.Popen(
            [sys.executable, "-c", STARTED + script],
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(self, count: int, more: str = "") -> None:
        """Record some entries."""
        has_schema = self.database.exists() and "FLIGHTRULES_DATABASE_URL" not in self.environment
        begun = "" if has_schema else "migrate()\n"
        done = self.python(f"{begun}for n in range({count}): tell(n)\n{more}\n")
        assert done.returncode == 0, done.stderr

    def verified(self, *words: str) -> dict[str, object]:
        """What ``ledger verify`` says, with its exit code."""
        done = self.run("ledger", "verify", "--format", "json", *words)
        return json.loads(done.stdout) | {"exit": done.returncode}

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "flightrules.sqlite3"
