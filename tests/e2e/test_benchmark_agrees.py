"""The benchmark's contenders find the true numbers on small data; how fast they are is nobody's test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_row_of_the_benchmark_finds_the_true_numbers():
    ran = subprocess.run(
        [sys.executable, ROOT / "bench" / "run.py", "--smoke"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = [line for line in ran.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) == 13, "a heading and twelve rows"
    assert "not timed" not in ran.stdout
