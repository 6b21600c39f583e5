"""The benchmark: peers, floors and ours in interleaved rounds of fresh processes, and what their ratios are.

    python bench/run.py [--full | --smoke] [--rounds N] [ROW ...]

Ratios of one run are what counts; seconds depend on the machine and on who else uses it. The peers live in
an environment of their own (bench/.venv, from bench/requirements.txt); --smoke does without them where
it is absent.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from measure import HERE, Result, measure
from rows import ROWS, Goal, Row

_MODES = ("smoke", "default", "full")


def main() -> int:
    """Measure, print, and write the results; exits 1 when a contender's numbers are wrong."""
    options = _options()
    mode = 0 if options.smoke else 2 if options.full else 1
    rounds = options.rounds or (1 if options.smoke else 5)
    compileall.compile_dir(os.path.join(HERE, os.pardir, "src", "flightrules"), quiet=1)
    if not options.smoke:
        _install_peers()
    lines = _heading(_MODES[mode], rounds)
    print("\n".join(lines))
    wrong = []
    for row in ROWS:
        if not row.sizes[mode] or (options.rows and row.id not in options.rows):
            continue
        results = measure(row, mode, rounds)
        wrong += [f"{row.id}: {one.contender.name}: {one.wrong}" for one in results if one.wrong]
        lines.append(_line(row, row.sizes[mode], results, row.goals if mode else ()))
        print(lines[-1], flush=True)
    lines += [f"\nNot timed, for its numbers are wrong: {one}." for one in wrong]
    print("\n".join(lines[len(lines) - len(wrong) :]))
    if not options.smoke and not options.rows:
        with open(os.path.join(HERE, "results.md"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="the large files: a million cases, 200 MB of SARIF")
    size.add_argument(
        "--smoke", action="store_true", help="tiny files, one round: do all agree on the numbers?"
    )
    parser.add_argument("--rounds", type=int, help="rounds of fresh processes; 5 unless told")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(row.id for row in ROWS))
    return parser.parse_args()


def _install_peers() -> None:
    """The peers' environment, once for each lock."""
    lock, folder = os.path.join(HERE, "requirements.txt"), os.path.join(HERE, ".venv")
    stamp = os.path.join(folder, ".installed")
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= os.path.getmtime(lock):
        return
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", "install", *quiet, "--require-hashes", "-r", lock], check=True)
    with open(stamp, "w", encoding="utf-8"):
        pass


def _heading(mode: str, rounds: int) -> list[str]:
    today = datetime.now(UTC).date()  # noqa: TID251 -- a measurement says when it was taken
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {_processor()}, {platform.system()}"
    versions = f"Python {platform.python_version()}, expat {_expat()}"
    return [
        f"Measured on {today}: {machine}; {versions}. Sizes: {mode}; medians of {rounds} rounds.",
        "Ratios above 1: Flightrules is faster, or takes less memory. Floors are what nobody can beat.",
        "",
        "| what | ours | peers: time, ratio | floor: time, multiple | memory: ours, ratios | goals |",
        "|---|---|---|---|---|---|",
    ]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown processor"


def _expat() -> str:
    import pyexpat

    return pyexpat.EXPAT_VERSION.removeprefix("expat_")


def _line(row: Row, size: int, results: list[Result], goals: tuple[Goal, ...]) -> str:
    timed = {one.contender.name: one for one in results if not one.wrong}
    mine = timed.get("flightrules")
    what = f"{row.title}, {size:_} {row.unit}".replace("_", " ") if row.unit else row.title
    if mine is None:
        return f"| {what} | not timed | | | | |"
    peers = [one for one in timed.values() if one.contender.role == "peer"]
    floors = [one for one in timed.values() if one.contender.role == "floor"]
    said = {one.contender.name: f"{one.contender.name} {_seconds(one.time)}" for one in timed.values()}
    memory = [f"{one.contender.name} {one.peak / mine.peak:.1f}x" for one in peers]
    cells = [
        what,
        _seconds(mine.time),
        _list(f"{said[one.contender.name]}, {one.time / mine.time:.2f}x" for one in peers),
        _list(f"{said[one.contender.name]}, {mine.time / one.time:.2f}" for one in floors),
        _list([f"{mine.peak:.0f} MiB", *memory]),
        _list(_judged(goal, mine, timed) for goal in goals if not goal.than or goal.than in timed),
    ]
    return f"| {' | '.join(cells)} |"


def _list(parts: Iterable[str]) -> str:
    return "<br>".join(parts)


def _seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.2g} ms"


def _judged(goal: Goal, mine: Result, timed: dict[str, Result]) -> str:
    """The goal in words and whether it is met."""
    other = timed.get(goal.than, mine)
    said, met = {
        "faster": (f">= {goal.limit:g}x {goal.than}", other.time / mine.time >= goal.limit),
        "within": (f"<= {goal.limit:g} of {goal.than}", mine.time / other.time <= goal.limit),
        "leaner": (f"memory <= 1/{goal.limit:g} of {goal.than}", other.peak / mine.peak >= goal.limit),
        "memory": (f"<= {goal.limit:g} MiB", mine.peak <= goal.limit),
        "time": (f"<= {goal.limit:g} ms", mine.time * 1000 <= goal.limit),
    }[goal.kind]
    return f"{said}: {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
