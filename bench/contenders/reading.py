"""Ours, for every format: open, recognise, read, count. What people and the engine get, notices and all.

A file is read as `inspect` reads it, in two processes where the format can.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

Numbers = dict[str, int]
Work = Callable[[str], Numbers]


def ours(module: str, names: dict[str, str], scale: int = 1, *, alone: bool = False) -> Work:
    """Our reading with the format of that module.

    ``names`` maps the truth's words to our metrics, several joined by ``+``. ``alone`` is in one process.
    """
    from flightrules.cli.parallel import beside
    from flightrules.evidence.registry import read
    from flightrules.evidence.source import Source

    import_module(f"flightrules.evidence.formats.{module}")

    def work(path: str) -> Numbers:
        with Source.open(path) as source:
            source.beside = None if alone else beside
            reading = read(source)
        values = {one.metric: one.value for one in reading.measurements if not one.labels}
        return {
            word: int(
                sum(values[metric] for metric in metrics.split("+")) * (scale if word.endswith("_us") else 1)
            )
            for word, metrics in names.items()
        }

    return work


def read_only(path: str) -> Numbers:
    """The least that any reader does: all bytes once, counting line ends."""
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            chunk.count(b"\n")
    return {}


def expat_only(path: str) -> Numbers:
    """The XML parser without a handler; what it costs to know that the file is well-formed."""
    from pyexpat import ParserCreate

    parser = ParserCreate()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 18):
            parser.Parse(chunk)
    parser.Parse(b"", True)
    return {}


def floor_read() -> Work:
    return read_only


def floor_expat() -> Work:
    import_module("pyexpat")
    return expat_only
