"""How many branches of who decides are gone through by the tests that concern them, room by room.

Each room is measured with its own tests and with those that look at it from outside; all together take
minutes. Below every branch it fails, except where ``EXCEPTIONS`` says why one is not gone through.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORE, SERVICE = "tests/core", "tests/service"
AROUND = (f"{SERVICE}/abuse", f"{SERVICE}/site", f"{SERVICE}/cli")
ROOMS: dict[str, tuple[str, ...]] = {
    "flightrules.engine": (f"{CORE}/engine",),
    "flightrules.ledger": (f"{CORE}/ledger",),
    "flightrules.service.people": (f"{SERVICE}/people",),
    "flightrules.service.decisions": (f"{SERVICE}/decisions",),
    "flightrules.service.blockers": (f"{SERVICE}/blockers",),
    "flightrules.service.board": (f"{SERVICE}/board",),
    "flightrules.service.emergencies": (f"{SERVICE}/emergencies",),
    "flightrules.service.obligations": (f"{SERVICE}/obligations",),
    "flightrules.service.clearance": (f"{SERVICE}/clearance", f"{SERVICE}/decisions/test_who_wrote_it.py"),
    "flightrules.service.practice": (f"{SERVICE}/practice",),
}
"""Package -> the tests that are its own."""

ON_POSTGRESQL = (f"{SERVICE}/people/test_a_use_is_noted_without_waiting.py",)
"""What only differs there is measured there."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""File below ``src/flightrules`` and the text of the line that branches -> why it is not gone through."""

_SETTINGS = """\
[run]
branch = true
parallel = true
data_file = {data}
source_pkgs =
{packages}
omit = */migrations/*
[report]
exclude_also =
    if TYPE_CHECKING:
    \\.\\.\\.$
partial_also =
    if not TYPE_CHECKING:
"""


@dataclass(frozen=True)
class Missed:
    """A branch that no test takes: from one line to another, a negative one being a way out."""

    file: str
    start: int
    end: int
    line: str

    def __str__(self) -> str:
        return f"  {self.file}:{self.start} -> {self.end}: {self.line}"


def measure(packages: list[str], folder: Path) -> tuple[dict[str, tuple[int, int, list[Missed]]], bool]:
    """Run the tests; per package, how many branches were taken, how many there are, which were not.

    The second value says whether all tests passed.
    """
    rc = folder / "settings"
    names = "".join(f"    {one}\n" for one in packages)
    rc.write_text(_SETTINGS.format(data=folder / "data", packages=names))
    tests = [one for package in packages for one in ROOMS[package]]
    inside = any(one.startswith("flightrules.service") for one in packages)
    passed = _run(rc, [*tests, *(AROUND if inside else ())])
    if "flightrules.service.people" in packages:
        passed &= _run(rc, list(ON_POSTGRESQL), sys.executable, "tools/with_postgresql.py")
    report = folder / "report.json"
    command = [sys.executable, "-m", "coverage", "json", "--quiet", f"--rcfile={rc}", "-o", str(report)]
    subprocess.run(command, cwd=ROOT, check=True)
    files = json.loads(report.read_text())["files"]
    return {one: _counted(one, files) for one in packages}, passed


def _run(rc: Path, tests: list[str], *before: str) -> bool:
    pytest = "-m pytest -q -p no:cacheprovider -n auto --dist worksteal --cov --cov-report= --cov-append"
    asked = [*pytest.split(), "-m", "not slow or seldom", f"--cov-config={rc}"]
    done = subprocess.run([*before, sys.executable, *asked, *tests], cwd=ROOT, check=False)
    return done.returncode == 0


def _counted(package: str, files: dict[str, Any]) -> tuple[int, int, list[Missed]]:
    taken = there = 0
    missed: list[Missed] = []
    for name, found in sorted(files.items()):
        if f"src/{package.replace('.', '/')}/" not in f"{name.replace(os.sep, '/')}":
            continue
        summary, lines = found["summary"], (ROOT / name).read_text(encoding="utf-8").splitlines()
        taken, there = taken + summary["covered_branches"], there + summary["num_branches"]
        short = name.replace(os.sep, "/").partition("src/flightrules/")[2]
        missed += [
            Missed(short, start, end, lines[start - 1].strip()) for start, end in found["missing_branches"]
        ]
    return taken, there, missed


def main() -> int:
    """Measure the named rooms, or all; returns 1 where a branch is missed that has no reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", help="last words of package names; all when none is given")
    wanted = parser.parse_args().rooms
    packages = [one for one in ROOMS if not wanted or one.rpartition(".")[2] in wanted]
    with tempfile.TemporaryDirectory(prefix="flightrules-branches-") as folder:
        found, passed = measure(packages, Path(folder))
    unexplained = 0
    for package, (taken, there, missed) in found.items():
        print(f"{package}: {taken} of {there} branches")
        for one in missed:
            why = EXCEPTIONS.get((one.file, one.line), "")
            unexplained += not why
            print(f"{one}{f'  ({why})' if why else ''}")
    if not passed:
        print("not all tests pass, so this says little")
    return int(unexplained > 0 or not passed)


if __name__ == "__main__":
    sys.exit(main())
