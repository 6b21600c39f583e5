"""Metrics as text: Prometheus' exposition format and OpenMetrics.

Values of ``NaN`` and infinity, which empty summaries have, are left out with a notice.
"""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Labels, Notice, Reading
from flightrules.evidence.reading.text import decimal, lines
from flightrules.evidence.records.series import Series, reading_of
from flightrules.evidence.source import Source

__all__ = ["read"]

_SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(?P<labels>.*)\})?[ \t]+(?P<value>\S+)"
    r"(?:[ \t]+(?P<time>-?[0-9.]+(?:[eE][+-]?[0-9]+)?))?(?:[ \t]+#[ \t].*)?[ \t]*\Z"
)
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|\Z)')
_ENDLESS = re.compile(r"[+-]?(?:nan|inf|infinity)\Z", re.IGNORECASE)
_SERIES_LIMIT = 200_000
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def read(source: Source, _head: Head) -> Reading:
    """Every sample as a value of its own.

    Raises:
        EvidenceError: E_MALFORMED, E_NUMBER, E_NO_DATA, E_NONFINITE, E_DUPLICATE_KEY, E_TOO_MANY_ITEMS.
    """
    series: list[Series] = []
    endless = 0
    ended = False
    for number, line in enumerate(lines(source), 1):
        text = line.strip()
        if ended and text:
            raise EvidenceError("E_MALFORMED", "lines follow # EOF", file=source.name, line=number)
        ended = text == "# EOF"
        if not text or text.startswith("#"):
            continue
        found = _sample(text, number, source)
        endless += found is None
        if found is not None:
            series.append(found)
        if len(series) > _SERIES_LIMIT:
            raise EvidenceError("E_TOO_MANY_ITEMS", f"more than {_SERIES_LIMIT} series", file=source.name)
    if endless and not series:
        raise EvidenceError("E_NONFINITE", "no value is a finite number", file=source.name)
    notices = [Notice("W_NUMBER", f"{endless} values are not finite; they are left out")] if endless else []
    return reading_of("openmetrics", series, source.name, notices=notices, tool="OpenMetrics")


def _sample(text: str, line: int, source: Source) -> Series | None:
    found = _SAMPLE.match(text)
    if found is None:
        raise EvidenceError("E_MALFORMED", f"not a sample: {text[:60]!r}", file=source.name, line=line)
    labels = _labels(found["name"], found["labels"] or "", line, source)
    if _ENDLESS.match(found["value"]):
        return None
    value = decimal(found["value"], found["name"], source.name, line)
    return Series(labels, ((_time(found["time"], source, line), value),), instant=True)


def _time(text: str | None, source: Source, line: int) -> Decimal:
    """Milliseconds: Prometheus writes milliseconds, OpenMetrics seconds with a point."""
    if text is None:
        return Decimal(0)
    found = decimal(text, "a time", source.name, line)
    return found if text.lstrip("-").isdigit() and len(text) > 11 else found * 1000  # noqa: PLR2004


def _labels(name: str, text: str, line: int, source: Source) -> Labels:
    pairs: dict[str, str] = {"metric": name}
    at = 0
    while at < len(text):
        found = _LABEL.match(text, at)
        if found is None:
            raise EvidenceError(
                "E_MALFORMED", f"not a label: {text[at : at + 40]!r}", file=source.name, line=line
            )
        key = found.group(1) if found.group(1) != "metric" else "label_metric"
        if key in pairs:
            raise EvidenceError(
                "E_DUPLICATE_KEY", f"the label {key} stands twice", file=source.name, line=line
            )
        pairs[key] = re.sub(r'\\[n"\\]', lambda escape: _ESCAPES[escape.group()], found.group(2))
        at = found.end()
    return tuple(sorted(pairs.items()))
