"""Fresh processes in interleaved rounds: seconds and peak memory, after a look at the numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

import generate
import project
from rows import Contender, Row

__all__ = ["HERE", "Result", "measure"]

HERE = os.path.dirname(os.path.abspath(__file__))
OUR_PYTHON = sys.executable
OURS = os.path.join(os.path.dirname(sys.executable), "flightrules")
THEIR_BIN = os.path.join(HERE, ".venv", "bin")
DATA = os.path.join(HERE, "data")


@dataclass
class Result:
    """What one contender showed; ``wrong`` says why it was not timed."""

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    wrong: str = ""

    @property
    def time(self) -> float:
        """The median in seconds."""
        return median(self.seconds) * self.contender.scale

    @property
    def peak(self) -> float:
        """The median of the peaks in MiB."""
        return median(self.memory)


def measure(row: Row, mode: int, rounds: int) -> list[Result]:
    """Check every contender's numbers once, then time the sound ones, one after the other, round by round."""
    runner = _Commands(row, mode) if not row.module else _Functions(row, mode)
    results = [Result(one) for one in row.contenders if runner.can(one)]
    for result in results:
        result.wrong = runner.fault(result.contender)
    sound = [result for result in results if not result.wrong]
    for _ in range(rounds):
        for result in sound:
            seconds, peak = runner.run(result.contender)
            result.seconds.append(seconds)
            result.memory.append(peak)
    return results


class _Functions:
    """Contenders as functions over one file."""

    def __init__(self, row: Row, mode: int) -> None:
        self.row = row
        size = row.sizes[mode]
        command = [OUR_PYTHON, os.path.join(HERE, "generate.py"), row.data, str(size)]
        folder = os.path.join(DATA, f"{row.data}-{size}")
        subprocess.run([*command, folder], check=True)
        self.path = os.path.join(folder, generate.KINDS[row.data])

    def can(self, contender: Contender) -> bool:
        return not contender.theirs or os.path.exists(os.path.join(THEIR_BIN, "python"))

    def fault(self, contender: Contender) -> str:
        """What is wrong with the numbers of a contender; empty when they are the true ones."""
        done, _ = self._spawn(contender)
        if done is None:
            return "it failed"
        truth, found = generate.truth_of(self.path), done["numbers"]
        wrong = [f"{name}: {found[name]}, not {truth[name]}" for name in found if found[name] != truth[name]]
        return "; ".join(wrong)

    def run(self, contender: Contender) -> tuple[float, float]:
        done, peak = self._spawn(contender)
        if done is None:
            raise SystemExit(f"{self.row.id}: {contender.name} failed")
        return float(done["seconds"]), peak

    def _spawn(self, contender: Contender) -> tuple[dict | None, float]:
        python = os.path.join(THEIR_BIN, "python") if contender.theirs else OUR_PYTHON
        script = os.path.join(HERE, "contend.py")
        code, _, peak, out = spawn([python, script, self.row.module, contender.function, self.path], HERE)
        return (json.loads(out) if code == 0 else None), peak


class _Commands:
    """Contenders as whole commands, timed from outside."""

    def __init__(self, row: Row, mode: int) -> None:
        self.row = row
        scale = row.sizes[mode]
        self.folder = os.path.join(DATA, f"{row.data}-{scale}")
        self.out = os.path.join(DATA, f"out-{row.data}-{scale}")
        project.make(row.data, self.folder, scale)
        sub = ["--version"] if row.id == "version" else ["check"]
        self.commands = {
            "flightrules": [OURS, *sub],
            "python -c pass": [OUR_PYTHON, "-c", "pass"],
            "eight tools": ["sh", os.path.join(HERE, "toolchain.sh"), THEIR_BIN, self.folder, self.out, HERE],
        }

    def can(self, contender: Contender) -> bool:
        return contender.role != "peer" or os.path.exists(os.path.join(THEIR_BIN, "sarif"))

    def fault(self, contender: Contender) -> str:
        code, _, _, _ = spawn(self.commands[contender.name], self.folder)
        if code not in (0, 1):
            return f"it failed with code {code}"
        if contender.role == "peer" and not project.agrees(self.folder, self.out):
            return "it decided on other numbers"
        return ""

    def run(self, contender: Contender) -> tuple[float, float]:
        _, seconds, peak, _ = spawn(self.commands[contender.name], self.folder)
        return seconds, peak


def spawn(command: list[str], folder: str) -> tuple[int, float, float, bytes]:
    """Exit code, seconds, peak memory in MiB (the largest process of the command) and standard output."""
    begun = perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        out = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return process.returncode, perf_counter() - begun, usage.ru_maxrss / unit, out
