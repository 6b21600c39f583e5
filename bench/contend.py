"""Runs one contender in this fresh process and prints what it found and how long it took.

    python bench/contend.py MODULE CONTENDER PATH

A contender is a function that loads what it needs and returns the work as a function of the path. Loading is
not timed, for nobody: the rows on whole commands time that. A contender of the gates takes its criteria and
measurements first, untimed as well.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from time import perf_counter


def main(module: str, contender: str, path: str) -> None:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    work = getattr(importlib.import_module(f"contenders.{module}"), contender)()
    if module == "gates":
        work = work(path)
    begun = perf_counter()
    numbers = work(path)
    seconds = perf_counter() - begun
    print(json.dumps({"seconds": seconds, "numbers": numbers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
