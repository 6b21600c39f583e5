"""Gatling's ``simulation.log`` as text, in the layouts up to 3.3 and from 3.4 on.

A REQUEST line ends with start, end, OK or KO, and a message; before them stand the groups and the
name, and in old logs the user's scenario and number. Newer Gatling (3.10 and later) writes a binary
log, which is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOME = re.compile(r"\t(-?[0-9]{1,19})\t(-?[0-9]{1,19})\t(OK|KO)(?:\t|\Z| )")
_VERSION = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?(?:[-.][A-Za-z0-9]+)*\Z")


def read(source: Source, _head: Head) -> Reading:
    """Every REQUEST line as a sample; users are counted from USER lines.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MALFORMED, E_NEGATIVE, E_ENCODING, E_CONTROL_CHAR.
    """
    log = _Log(source)
    for number, line in enumerate(lines(source), 1):
        log.take(number, line)
    return log.reading()


class _Log:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._counts: Counter[tuple[str, int | Decimal, bool]] = Counter()
        self._first: int | None = None
        self._last = 0
        self._active = 0
        self._peak = 0
        self._unknown: Counter[str] = Counter()
        self._facts = {"tool": "Gatling"}

    def take(self, number: int, line: str) -> None:
        kind, _, rest = line.partition("\t")
        if kind == "REQUEST":
            self._request(number, line)
        elif kind == "USER":
            self._user(rest)
        elif kind == "RUN":
            version = next((one for one in reversed(rest.split("\t")) if _VERSION.match(one.strip())), "")
            if version:
                self._facts["tool_version"] = version.strip()
        elif line and kind not in ("GROUP", "ASSERTION", "ERROR"):
            self._unknown[kind[:20]] += 1

    def _request(self, number: int, line: str) -> None:
        found = _OUTCOME.search(line)
        if found is None:
            message = "a REQUEST line has no start, end and OK or KO"
            raise EvidenceError("E_MALFORMED", message, file=self._source.name, line=number)
        start, end = int(found.group(1)), int(found.group(2))
        if end < start or start < 0:
            message = f"a request ends before it starts: {start} to {end}"
            raise EvidenceError("E_NEGATIVE", message, file=self._source.name, line=number)
        self._counts[_endpoint(line[8 : found.start()].split("\t")), end - start, found.group(3) == "OK"] += 1
        self._first = start if self._first is None else min(self._first, start)
        self._last = max(self._last, end)

    def _user(self, rest: str) -> None:
        if re.search(r"(?:\t| |\A)START\t", rest):
            self._active += 1
            self._peak = max(self._peak, self._active)
        elif re.search(r"(?:\t| |\A)END\t", rest):
            self._active -= 1

    def reading(self) -> Reading:
        if not self._counts or self._first is None:
            message = "the log holds no REQUEST line"
            raise EvidenceError(
                "E_NO_SAMPLES", message, file=self._source.name, hint="check that the run started"
            )
        samples = Samples.of(
            self._counts, first=Decimal(self._first), last=Decimal(self._last), users=self._peak or None
        )
        taken_at = rfc3339(self._last)
        facts = self._facts | ({"taken_at": taken_at} if taken_at else {})
        notices = []
        if self._unknown:
            listed = ", ".join(sorted(self._unknown)[:5])
            notices.append(
                Notice("W_UNKNOWN_TAG", f"{self._unknown.total()} lines of unknown kind: {listed}")
            )
        return Reading(
            "gatling-log",
            records=samples,
            notices=tuple(notices),
            facts=facts,
            definitions=SAMPLE_DEFINITIONS,
        )


def _endpoint(cells: list[str]) -> str:
    """Groups and name; old logs put scenario and user number before them."""
    if len(cells) > 3 and cells[1].isdigit():  # noqa: PLR2004  scenario, user number, groups, name
        cells = cells[2:]
    groups = " / ".join(
        part for part in ",".join(cells[:-1]).split(",") if part.strip() and not part.isdigit()
    )
    name = cells[-1].strip()
    return f"{groups} / {name}" if groups else name
