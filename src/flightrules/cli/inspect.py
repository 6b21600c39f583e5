"""Say what Flightrules sees in a file: format, measurements, warnings, or why it is no evidence.

Exit code 0 when every file was understood, 2 when any was not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flightrules.cli.parallel import beside
from flightrules.cli.terminal import Progress, say, say_lines
from flightrules.errors import EvidenceError, ExitCode
from flightrules.evidence.measurement import Measurement, Reading
from flightrules.evidence.source import Source

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="json: one object per file and line"
    )
    parser.add_argument("--as", dest="expected", metavar="FORMAT", help="read the files as this format")
    parser.add_argument("--no-progress", action="store_true")


def execute(arguments: Namespace) -> int:
    """Inspect every file."""
    progress = Progress(wanted=not arguments.no_progress)
    understood = True
    for at, path in enumerate(arguments.files, 1):
        progress.step(at, len(arguments.files), path)
        seen = inspect(path, arguments.expected)
        understood = understood and seen["error"] is None
        progress.done()
        if arguments.format == "json":
            say(_json(seen))
        else:
            say_lines(_text(seen))
    return int(ExitCode.GO if understood else ExitCode.USAGE)


def inspect(path: str, expected: str | None = None) -> dict[str, Any]:
    """What is seen in one file, as a plain object."""
    seen: dict[str, Any] = {
        "file": path,
        "sha256": None,
        "bytes": None,
        "format": None,
        "measurements": [],
        "warnings": [],
        "error": None,
    }
    try:
        with Source.open(path) as source:
            source.beside = beside
            seen["bytes"] = source.size
            seen["sha256"] = source.digest()
            seen |= _reading(source, expected)
    except EvidenceError as error:
        seen["measurements"] = [_measurement(one) for one in getattr(error, "seen", ())]
        seen["error"] = {
            "code": error.code,
            "message": error.message,
            "line": error.line,
            "column": error.column,
            "hint": error.hint,
        }
    return seen


def _reading(source: Source, expected: str | None) -> dict[str, Any]:
    from flightrules.evidence.registry import read

    reading: Reading = read(source, expected=expected)
    return {
        "format": reading.format,
        "measurements": [_measurement(one) for one in reading.measurements],
        "warnings": [{"code": one.code, "message": one.message} for one in reading.notices],
        "facts": reading.facts,
        "definitions": reading.definitions,
    }


def _measurement(one: Measurement) -> dict[str, Any]:
    return {"metric": one.metric, "value": _number(one.value), "unit": one.unit, "labels": dict(one.labels)}


def _number(value: Any) -> int | str:
    """Whole numbers as numbers, others as exact decimal text: a float would round them."""
    return int(value) if value == value.to_integral_value() else format(value, "f")


def _json(seen: dict[str, Any]) -> bytes:
    import json

    from flightrules.inert import json_safe, storable

    return storable(f"{json_safe(json.dumps(seen, ensure_ascii=False))}\n").encode()


def _text(seen: dict[str, Any]) -> list[str]:
    error = seen["error"]
    if error is not None:
        place = ":".join(
            str(part) for part in (seen["file"], error["line"], error["column"]) if part is not None
        )
        lines = [f"error {error['code']}: {place}: {error['message']}"]
        lines += [f"  fix    {error['hint']}"] if error["hint"] else []
        return [*lines, f"  learn  flightrules explain {error['code']}"]
    lines = [f"{seen['file']}  {seen['format']}  {seen['bytes']} bytes  sha256:{seen['sha256'][:12]}…"]
    for one in seen["measurements"]:
        labels = " ".join(f"{name}={value}" for name, value in one["labels"].items())
        unit = "" if one["unit"] == "1" else f" {one['unit']}"
        lines.append(f"  {one['metric']:<28} {one['value']}{unit}  {labels}".rstrip())
    lines += [f"  note {one['code']}: {one['message']}" for one in seen["warnings"]]
    return lines
