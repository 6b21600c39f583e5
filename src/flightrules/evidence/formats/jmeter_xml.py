"""JMeter results as XML (JTL).

Only samples directly below the root count: a sample's children are parts of it. A file without its
closing tag comes from an aborted or still running test and is refused, since its end may hold what
failed.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.xml import ATTRIBUTE_LIMIT, DEPTH_LIMIT, feed, guarded_parser
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.source import Source

__all__ = ["read"]

_SERVER_ERROR = re.compile(r"5[0-9]{2}\Z")
_COUNT_DIGITS = 10
_TIME_DIGITS = 18
_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "load.requests": "samples directly below the root; sub-samples are parts of them",
    "load.failed": "samples with s=false, and samples with a 5xx response code whatever s says",
}


def read(source: Source, _head: Head) -> Reading:
    """Top-level samples of a JTL file.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_TRUNCATED, E_MISSING_FIELD, E_NUMBER, E_NEGATIVE, E_ENUM and what
            broken XML gives.
    """
    notices: list[Notice] = []
    tally = _Tally(source, guarded_parser(source, namespaces=False, notices=notices))
    try:
        tally.run()
    except EvidenceError as error:
        if tally.depth and error.code in ("E_MALFORMED", "E_TRUNCATED", "E_EMPTY") and _is_cut(error):
            message = (
                f"the document ends in the middle, behind {tally.counts.total()} samples: the run was aborted"
            )
            hint = "let the test end, then keep its results"
            raise EvidenceError(
                "E_TRUNCATED", message, file=source.name, line=error.line, hint=hint
            ) from None
        raise
    return tally.reading(notices)


def _is_cut(error: EvidenceError) -> bool:
    return any(words in error.message for words in ("no element found", "unclosed", "ends in the middle"))


class _Tally:
    def __init__(self, source: Source, parser: Any) -> None:
        self._source = source
        self._parser = parser
        self.depth = 0
        self.counts: Counter[tuple[str, int | Decimal, bool]] = Counter()
        self._unknown: Counter[str] = Counter()
        self._first: Decimal | None = None
        self._last: Decimal | None = None
        self._users = 0
        self._untimed = 0
        self._mismarked = 0
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def run(self) -> None:
        feed(self._parser, self._source)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self._error("E_TOO_DEEP", f"elements are nested deeper than {DEPTH_LIMIT}")
        if len(attributes) > ATTRIBUTE_LIMIT:
            raise self._error("E_TOO_MANY_ATTRS", f"an element has {len(attributes)} attributes")
        if self.depth == 2:  # noqa: PLR2004  directly below the root
            if "t" in attributes or tag in ("sample", "httpSample", "sampleResult"):
                self._sample(attributes)
            else:
                self._unknown[tag[:60]] += 1

    def _end(self, _tag: str) -> None:
        self.depth -= 1

    def _sample(self, attributes: dict[str, str]) -> None:
        old = "t" not in attributes and "time" in attributes
        keys = (
            ("time", "success", "label", "responseCode", "timeStamp") if old else ("t", "s", "lb", "rc", "ts")
        )
        elapsed, success, label, code, start = (attributes.get(key) for key in keys)
        if elapsed is None or success is None:
            raise self._error("E_MISSING_FIELD", "a sample has no elapsed time (t) or no outcome (s)")
        line = self._parser.CurrentLineNumber
        ms = quantity(elapsed, "the elapsed time of a sample", self._source.name, line)
        if success.lower() not in ("true", "false"):
            raise self._error(
                "E_ENUM", f"the outcome of a sample is neither true nor false: {success[:40]!r}"
            )
        good = success.lower() == "true"
        broken = bool(_SERVER_ERROR.match(code or ""))
        self._mismarked += good and broken
        self.counts[label or "", int(ms) if ms == int(ms) else ms, good and not broken] += 1
        users = attributes.get("na", "")
        self._users = max(self._users, int(users) if users.isdecimal() and len(users) < _COUNT_DIGITS else 0)
        self._time(start, ms)

    def _time(self, start: str | None, ms: Decimal) -> None:
        if not start or not start.isdecimal() or len(start) > _TIME_DIGITS:
            self._untimed += 1
            return
        began = Decimal(start)
        self._first = began if self._first is None else min(self._first, began)
        self._last = began + ms if self._last is None else max(self._last, began + ms)

    def _error(self, code: str, message: str) -> EvidenceError:
        parser = self._parser
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        return EvidenceError(code, message, file=self._source.name, line=line, column=column)

    def reading(self, notices: list[Notice]) -> Reading:
        if not self.counts:
            found = f"; it holds {self._unknown.total()} elements of another kind" if self._unknown else ""
            message = f"the results hold no sample{found}"
            hint = "check that the test ran, and save results in JMeter's own sample format"
            raise EvidenceError("E_NO_SAMPLES", message, file=self._source.name, hint=hint)
        if self._unknown:
            notices.append(Notice("W_UNKNOWN_TAG", f"{self._unknown.total()} elements are no samples"))
        if self._untimed:
            notices.append(Notice("W_TIME", f"{self._untimed} samples have no start; no duration is given"))
            self._first = self._last = None
        if self._mismarked:
            message = (
                f"{self._mismarked} samples are marked good with a 5xx response code; they count as failed"
            )
            notices.append(Notice("W_CONTRADICTION", message))
        samples = Samples.of(self.counts, first=self._first, last=self._last, users=self._users or None)
        taken_at = rfc3339(self._last)
        return Reading(
            "jmeter-xml",
            records=samples,
            notices=tuple(notices),
            facts={"tool": "JMeter"} | ({"taken_at": taken_at} if taken_at else {}),
            definitions=_DEFINITIONS,
        )
