"""``vegeta encode``: one request a line, times in nanoseconds; a code of 0 is one without an answer."""

from __future__ import annotations

from decimal import Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import moment
from flightrules.evidence.source import Source

__all__ = ["read"]

_GOOD = range(200, 400)
_NANO = Decimal(1_000_000)
_DEFINITIONS = {**SAMPLE_DEFINITIONS, "load.failed": "requests without an answer of 2xx or 3xx"}


def read(source: Source, _head: Head) -> Reading:
    """Every line as a sample.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    samples, first = Samples(), ""
    for record in documents(source, free_text=True):
        one = mapping(record, "a request", source.name)
        first = first or text(one, "timestamp")
        code = whole(one.get("code"), "code", source.name)
        latency = whole(one.get("latency"), "latency", source.name)
        ms, start = latency / _NANO, moment(text(one, "timestamp"))[0]
        samples.add(text(one, "attack"), ms, ok=code in _GOOD and not text(one, "error"))
        if start is not None:
            samples.seen(Decimal(start), start + ms)
    facts, said = earliest([first])
    return Reading(
        "vegeta-encode",
        records=samples,
        notices=tuple(said),
        facts={"tool": "vegeta"} | facts,
        definitions=_DEFINITIONS,
    )
