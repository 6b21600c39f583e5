"""Make the evidence of the three examples anew, by running the real tools against the example service.

Needs: the repository's .venv (``make demo`` makes it), npm, git, Chromium (``--chromium PATH``); takes about
two minutes. Everything else is installed into examples/.tools: from requirements.txt, locked by hash, and
axe-core from the npm package whose digest stands below. The service and the load stay on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE / ".tools"
BIN = TOOLS / "bin"
FLIGHTRULES = HERE.parent / ".venv" / "bin" / "flightrules"
AXE, AXE_SHA256 = "axe-core@4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
PORT = 8765
SECONDS = 20
SUITES = {
    "unit": "unit",
    "integration": "integration",
    "regression": "regression",
    "smoke": "smoke",
    "critical_path": "critical-path",
}


@dataclass(frozen=True)
class State:
    """One example: its folder, its release, the release before, and the users of its load test."""

    name: str
    release: str
    before: str
    users: int


STATES = (
    State("go", "4.2.0", "4.1.0", 50),
    State("no-go", "4.3.0", "4.2.0", 10),
    State("conditional-go", "4.3.1", "4.2.0", 50),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    chromium = parser.parse_args().chromium
    axe = install()
    for state in STATES:
        print(f"== {state.name}: release {state.release}")
        regenerate(state, axe, chromium)
    as_of = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)  # noqa: TID251 -- the moment of measuring
    (HERE / "AS_OF").write_text(f"{as_of.isoformat().replace('+00:00', 'Z')}\n", encoding="utf-8")


def install() -> Path:
    """The tools of requirements.txt in a venv of their own, and axe.min.js."""
    if not (BIN / "locust").exists():
        run(sys.executable, "-m", "venv", str(TOOLS))
        run(
            str(BIN / "pip"),
            "install",
            "--quiet",
            "--require-hashes",
            "-r",
            str(HERE / "requirements.txt"),
            cwd=HERE,
        )
    axe = TOOLS / "package" / "axe.min.js"
    if not axe.exists():
        run("npm", "pack", "--silent", AXE, cwd=TOOLS)
        package = next(TOOLS.glob("axe-core-*.tgz"))
        if hashlib.sha256(package.read_bytes()).hexdigest() != AXE_SHA256:
            sys.exit(f"{package.name} is not the package that was agreed on")
        with tarfile.open(package) as archive:
            archive.extract("package/axe.min.js", TOOLS, filter="data")
    return axe


def regenerate(state: State, axe: Path, chromium: str) -> None:
    """Measure one release and the release before it, and put both beside the state's rulebook."""
    folder = HERE / state.name
    evidence, baseline, entry = folder / "evidence", folder / "baseline", folder / "entry"
    for old in (evidence, baseline, entry):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    with source_of(state.before) as before:
        static_analysis(before, baseline)
    with source_of(state.release) as source:
        tests(source, evidence)
        static_analysis(source, evidence)
        with serving(source):
            accessibility(source, evidence, axe, chromium)
            load(source, evidence, state.users)
        paperwork(source, evidence, entry, state.release)
    write_rulebook(state, folder)
    bind(state, folder)


@contextmanager
def source_of(release: str) -> Iterator[Path]:
    """A copy of the service as it was in that release: checkout/ is 4.2.0, the others are patches on it."""
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "checkout"
        shutil.copytree(HERE / "checkout", source, ignore=shutil.ignore_patterns("__pycache__", "variants"))
        patch = HERE / "checkout" / "variants" / f"{release}.patch"
        if patch.exists():
            run("git", "apply", str(patch), cwd=source)
        yield source


def tests(source: Path, evidence: Path) -> None:
    """Each suite with JUnit XML; one run over all suites with coverage."""
    (evidence / "junit").mkdir()
    for suite, name in SUITES.items():
        report = source / f"{name}.xml"
        pytest(source, f"tests/{suite}", f"--junitxml={report.name}")
        normalised = without_hostname(report.read_text(encoding="utf-8"))
        (evidence / "junit" / report.name).write_text(normalised, encoding="utf-8")
    pytest(source, "tests", "--cov", "--cov-report=xml:coverage.xml")
    shutil.copy(source / "coverage.xml", evidence)


def pytest(source: Path, *arguments: str) -> None:
    run(str(BIN / "python"), "-m", "pytest", "-q", *arguments, cwd=source, codes=(0, 1), quiet=True)


def without_hostname(report: str) -> str:
    """The only edit that evidence sees: pytest writes the machine's name, which is nobody's business."""
    return re.sub(r' hostname="[^"]*"', ' hostname="ci"', report)


def static_analysis(source: Path, folder: Path) -> None:
    target = source / "bandit.sarif"
    run(
        str(BIN / "bandit"), "-q", "-r", "service", "-f", "sarif", "-o", target.name, cwd=source, codes=(0, 1)
    )
    shutil.copy(target, folder)


@contextmanager
def serving(source: Path) -> Iterator[None]:
    """The service on 127.0.0.1, with something in the cart that the page shows."""
    server = subprocess.Popen([str(BIN / "python"), "-m", "service", str(PORT)], cwd=source)
    try:
        fill_cart()
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)


def fill_cart() -> None:
    body = b'{"article": "mug", "quantity": 12}'
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/cart", data=body, method="POST")
    for _ in range(50):
        try:
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 -- the address stands above
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the service does not answer")


def accessibility(source: Path, folder: Path, axe: Path, chromium: str) -> None:
    address = f"http://127.0.0.1:{PORT}/checkout"
    said = run(str(BIN / "python"), "accessibility.py", address, str(axe), chromium, cwd=source)
    (folder / "axe.json").write_text(said + "\n", encoding="utf-8")


def load(source: Path, evidence: Path, users: int) -> None:
    """Locust for 20 s: its totals and its second-by-second history."""
    run(
        *(
            str(BIN / "locust"),
            "--headless",
            "-f",
            "load/locustfile.py",
            "--host",
            f"http://127.0.0.1:{PORT}",
        ),
        *("--users", str(users), "--spawn-rate", "50", "--run-time", f"{SECONDS}s", "--csv", "locust"),
        *("--only-summary", "--loglevel", "ERROR"),
        cwd=source,
        quiet=True,
    )
    (evidence / "load").mkdir()
    for part in ("stats", "stats_history"):
        shutil.copy(source / f"locust_{part}.csv", evidence / "load")


def paperwork(source: Path, evidence: Path, entry: Path, release: str) -> None:
    """The defect export and the entry checklist; both are simulated, see tracker/."""
    python = str(BIN / "python")
    export = run(python, "tracker/export.py", release, cwd=source)
    (evidence / "jira.json").write_text(export, encoding="utf-8")
    checklist = run(python, "tracker/checklist.py", release, now(), cwd=source)
    (entry / "checklist.json").write_text(checklist, encoding="utf-8")


def write_rulebook(state: State, folder: Path) -> None:
    """The facts of the release, then the agreement that all three releases share."""
    facts = (HERE / "checkout" / "releases" / f"{state.release}.yml").read_text(encoding="utf-8")
    agreement = (HERE / "checkout" / "agreement.yml").read_text(encoding="utf-8")
    text = facts + "\n" + agreement.replace("{release}", state.release)
    (folder / ".flightrules.yml").write_text(text, encoding="utf-8")


def bind(state: State, folder: Path) -> None:
    """State of which build and environment each file is, by its digest."""
    (folder / ".flightrules" / "evidence.yml").unlink(missing_ok=True)
    files = sorted(
        str(path.relative_to(folder)) for path in (folder / "evidence").rglob("*") if path.is_file()
    )
    stated = ("--build", state.release, "--environment", "staging", "--taken-at", now())
    print(run(str(FLIGHTRULES), "bind", *files, *stated, cwd=folder), end="")


def now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()  # noqa: TID251 -- the moment of measuring


def run(*command: str, cwd: Path = HERE, codes: tuple[int, ...] = (0,), quiet: bool = False) -> str:
    """Run a tool in UTC; exit codes other than those expected end the script."""
    environment = {**os.environ, "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\nended with {done.returncode}")
    return "" if quiet else done.stdout


if __name__ == "__main__":
    main()
