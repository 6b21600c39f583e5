"""JMeter results as CSV (JTL) with a header, in JMeter's own delimiters: comma, semicolon, tab.

Quirks: messages and labels may be quoted and span lines; the columns depend on the test's settings;
time stamps may be formatted dates; an answer of class 5xx can be marked ``success=true``.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import islice, repeat
from operator import itemgetter
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.batches import Batch, batches
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import Span
from flightrules.evidence.source import Source

__all__ = ["read"]

_REQUIRED = ("timeStamp", "elapsed", "success")
_CAREFUL_SIZE = 4 << 20
_STRIDE = 16
_COUNT_DIGITS = 10
_TRUTH = frozenset(("true", "false"))
_FOLD_AT = 100_000
_DISTINCT_LIMIT = 1_000_000
_OWN_FAULT = "org.apache.jmeter."
_TRANSACTION = "Number of samples in transaction"
_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "load.failed": "rows with success=false, and rows with a 5xx response code whatever success says",
    "load.users": "the largest allThreads; above 4 MiB of rows every 16th is looked at, so never too high",
}


class _Layout(NamedTuple):
    """Where the columns stand; ``-1`` for a column that is not there."""

    delimiter: str
    width: int
    start: int
    elapsed: int
    label: int
    code: int
    ok: int
    users: int
    variables: int  # sample variables: the quoted names at the header's end


def read(source: Source, _head: Head) -> Reading:
    """Samples of a JTL file.

    Raises:
        EvidenceError: E_HEADER, E_MISSING_FIELD, E_DUPLICATE_KEY, E_NO_ROWS, E_ROW_WIDTH, E_NUMBER,
            E_NEGATIVE, E_NONFINITE, E_ENUM, E_RUN_CRASHED, E_REFERENCE and what broken text gives.
    """
    layout: _Layout | None = None
    tally: _Tally | None = None
    complete = True
    for batch in batches(source):
        complete = batch.complete
        if tally is None or layout is None:
            header, batch = _header(batch)  # noqa: PLW2901  the first row is taken off
            layout = _layout(header, source)
            tally = _Tally(layout, source)
        tally.take(batch)
    if tally is None or tally.is_empty:
        message = "the table has a header and no rows"
        raise EvidenceError("E_NO_ROWS", message, file=source.name, hint="check that the load test ran")
    return tally.reading(complete=complete)


def _header(batch: Batch) -> tuple[str, Batch]:
    """The header, and the batch without it."""
    if batch.quoted and (not batch.bare or batch.quoted[0][0] == batch.line):
        return batch.quoted[0][1], batch._replace(quoted=batch.quoted[1:])
    return batch.bare[0], batch._replace(bare=batch.bare[1:])


def _layout(header: str, source: Source) -> _Layout:
    delimiter = max(",;\t", key=header.count)
    try:
        names = [cell.strip() for cell in next(csv.reader(header.splitlines(), delimiter=delimiter))]
    except csv.Error as error:
        message = f"the header is no row: {error}"
        raise EvidenceError("E_HEADER", message, file=source.name, line=1) from None
    if "elapsed" not in names:
        raise EvidenceError(
            "E_HEADER",
            "the table has no header that names the column elapsed",
            file=source.name,
            line=1,
            hint="set jmeter.save.saveservice.print_field_names=true; columns are found by name",
        )
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        message = f"the column {twice!r} stands twice in the header"
        raise EvidenceError("E_DUPLICATE_KEY", message, file=source.name, line=1)
    at = {name: place for place, name in enumerate(names)}
    raw = header.split(delimiter)
    return _Layout(
        delimiter,
        len(names),
        at.get("timeStamp", -1),
        at["elapsed"],
        at.get("label", -1),
        at.get("responseCode", -1),
        at.get("success", -1),
        at.get("allThreads", -1),
        sum(1 for cell in raw if cell.startswith('"'))
        if raw[-1].startswith('"') and raw[0][:1] != '"'
        else 0,
    )


_Key = tuple[str, str, str, str]


class _Label:
    """What was counted for one label."""

    def __init__(self) -> None:
        self.requests = 0
        self.failed = 0
        self.durations = Durations()


class _Milliseconds(dict[str, int | Decimal]):
    """Durations by their texts; each text is read once. Whole ones are ``int``."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, text: str) -> int | Decimal:
        found = quantity(text, "elapsed", self._name)
        self[text] = number = int(found) if found == int(found) else found
        return number


class _Tally:
    """Counts rows by (elapsed, label, code, success) as they are written; numbers are read once per key."""

    def __init__(self, layout: _Layout, source: Source) -> None:
        self._layout = layout
        self._source = source
        self.counts: Counter[_Key] = Counter()
        self._known = 0
        self._read = _Milliseconds(source.name)
        places = (layout.elapsed, layout.label, layout.code, layout.ok)
        names = ("elapsed", "label", "responseCode", "success")
        self._header = tuple(name if at >= 0 else "" for name, at in zip(names, places, strict=True))
        self._key = itemgetter(*(place if place >= 0 else layout.width for place in places))
        self._cut = max(*places, layout.start) + 1
        self._absent = min(places) < 0
        self._careful = source.size <= _CAREFUL_SIZE
        first = max(layout.start, layout.elapsed) + 1
        self._span = Span(self._pairs(first), sortable=layout.start == 0, careful=self._careful)
        self._stride = 1 if self._careful else _STRIDE
        self._users = 0
        self._samples = Samples()
        self._mismarked = 0
        self._own_faults = 0
        self._any_good = False
        self._transactions = 0
        self._variables_set = False

    @property
    def is_empty(self) -> bool:
        """Whether no row was counted."""
        return not self.counts and not self._samples.requests

    def take(self, batch: Batch) -> None:
        """Count the rows of one batch."""
        layout, bare = self._layout, batch.bare
        rows = [self._quoted_row(line, text) for line, text in batch.quoted]
        delimiters = layout.width - 1
        if any(map(delimiters.__ne__, map(str.count, bare, repeat(layout.delimiter)))):
            self._refuse_width(batch)
        split = map(str.split, bare, repeat(layout.delimiter), repeat(self._cut))
        if self._absent:
            self.counts.update(self._key([*row, *[""] * (layout.width + 1 - len(row))]) for row in split)
        else:
            self.counts.update(map(self._key, split))
        self.counts.update(self._key([*row, ""]) for row in rows)
        slowest = self._check_new(batch)
        self._look_aside(batch, rows)
        if layout.start >= 0:
            self._span.take(bare, slowest)
            self._span.convert((row[layout.start], row[layout.elapsed]) for row in rows)

    def _pairs(self, cut: int) -> Callable[[Iterable[str]], Iterable[tuple[str, str]]]:
        delimiter, pair = self._layout.delimiter, itemgetter(self._layout.start, self._layout.elapsed)
        return lambda rows: map(pair, map(str.split, rows, repeat(delimiter), repeat(cut)))

    def _quoted_row(self, line: int, text: str) -> list[str]:
        try:
            cells = next(
                csv.reader(text.splitlines(keepends=True), delimiter=self._layout.delimiter, strict=True)
            )
        except csv.Error as error:
            message = f"not a valid row: {error}"
            raise EvidenceError("E_MALFORMED", message, file=self._source.name, line=line) from None
        if len(cells) != self._layout.width:
            raise self._width(line, len(cells))
        return cells

    def _refuse_width(self, batch: Batch) -> None:
        for row in batch.bare:
            found = row.count(self._layout.delimiter) + 1
            if found != self._layout.width:
                raise self._width(self._line_of(batch, row), found)

    def _width(self, line: int | None, found: int) -> EvidenceError:
        message = f"the row has {found} of {self._layout.width} cells"
        hint = "check the quoting, and that the file holds one run only"
        return EvidenceError("E_ROW_WIDTH", message, file=self._source.name, line=line, hint=hint)

    def _line_of(self, batch: Batch, row: str) -> int | None:
        """The row's line, where no quoted record stands between."""
        return batch.line + batch.bare.index(row) + (batch.line == 1) if not batch.quoted else None

    def _check_new(self, batch: Batch) -> int:
        """Read the numbers of the keys that this batch brought; the longest of their durations."""
        new = list(islice(reversed(self.counts), len(self.counts) - self._known))
        slowest = 0
        for key in new:
            if key == self._header:  # a header in the middle: two results were joined
                del self.counts[key]
                continue
            self._any_good = self._any_good or key[3].lower() == "true"
            try:
                elapsed = self._read[key[0]]
                if key[3] not in _TRUTH:
                    self._check_truth(key[3])
                if elapsed > slowest:
                    slowest = int(elapsed)
            except EvidenceError as error:
                error.line = self._line_with(batch, key)
                raise
        self._known = len(self.counts)
        if self._known > _FOLD_AT:
            self._fold()
        return slowest

    def _check_truth(self, text: str) -> None:
        if self._layout.ok >= 0 and text.lower() not in ("true", "false"):
            message = f"success is neither true nor false: {text[:40]!r}"
            raise EvidenceError("E_ENUM", message, file=self._source.name)

    def _line_with(self, batch: Batch, key: _Key) -> int | None:
        for row in batch.bare:
            cells = [*row.split(self._layout.delimiter), ""]
            if self._key(cells) == key:
                return self._line_of(batch, row)
        return next((line for line, text in batch.quoted if key[0] in text), None)

    def _look_aside(self, batch: Batch, rows: list[list[str]]) -> None:
        texts = [text for _, text in batch.quoted]
        if not self._any_good:
            self._own_faults += sum(_OWN_FAULT in row for row in (*batch.bare, *texts))
        self._transactions += sum(_TRANSACTION in text for text in texts)
        layout = self._layout
        if layout.variables and not self._variables_set:
            unset = layout.delimiter + layout.delimiter.join(["null"] * layout.variables)
            self._variables_set = any(not row.endswith(unset) for row in (*batch.bare, *texts))
        if layout.users >= 0:
            cells = map(
                str.split, batch.bare[:: self._stride], repeat(layout.delimiter), repeat(layout.users + 1)
            )
            found = [row[layout.users] for row in (*cells, *rows)]
            self._users = max(
                self._users, *(int(one) for one in found if one.isdecimal() and len(one) < _COUNT_DIGITS), 0
            )

    def reading(self, *, complete: bool) -> Reading:
        """All rows as samples, once the last batch was taken."""
        self._refuse_unfit()
        start, end = self._span.ends()
        self._fold()
        samples = self._samples
        samples.seen(start, end, self._users or None)
        notices = [*self._span.notices(), *self._notices(complete=complete)]
        facts = {"tool": "JMeter"}
        taken_at = rfc3339(end)
        if taken_at:
            facts["taken_at"] = taken_at if self._span.has_zone else taken_at.removesuffix("Z")
        return Reading(
            "jmeter-csv", records=samples, notices=tuple(notices), facts=facts, definitions=_DEFINITIONS
        )

    def _fold(self) -> None:
        """Turn the counted rows into samples, so that few texts are kept."""
        goods: dict[tuple[str, str], bool] = {}
        labels: dict[str, _Label] = {}
        for (elapsed, label, code, ok), count in self.counts.items():
            good = goods.get((code, ok))
            if good is None:
                good = goods[code, ok] = self._is_good(code, ok)
            into = labels.get(label)
            if into is None:
                into = labels[label] = _Label()
            into.requests += count
            if not good:
                into.failed += count
                self._mismarked += count if ok.lower() == "true" else 0
            into.durations.add(self._read[elapsed], count)
        for label, found in labels.items():
            self._samples.add_all(label, found.durations, requests=found.requests, failed=found.failed)
        self.counts.clear()
        self._known = 0
        if sum(len(one.counted) for one in self._samples.durations.values()) > _DISTINCT_LIMIT:
            message = f"the rows have more than {_DISTINCT_LIMIT} distinct pairs of label and duration"
            hint = "give requests a common label instead of one per URL"
            raise EvidenceError("E_TOO_MANY_ITEMS", message, file=self._source.name, hint=hint)

    @staticmethod
    def _is_good(code: str, ok: str) -> bool:
        server_error = len(code) == 3 and code[0] == "5" and code.isdecimal()  # noqa: PLR2004  HTTP
        return ok.lower() == "true" and not server_error

    def _refuse_unfit(self) -> None:
        missing = [name for name, at in zip(_REQUIRED, self._required_places(), strict=True) if at < 0]
        name = self._source.name
        if missing:
            hint = "switch the column on in JMeter's save service settings"
            raise EvidenceError(
                "E_MISSING_FIELD", f"the column {missing[0]} is missing", file=name, line=1, hint=hint
            )
        if self._layout.variables and not self._variables_set:
            message = "the test plan's sample variables are null in every row: its data was never loaded"
            raise EvidenceError(
                "E_REFERENCE", message, file=name, hint="check the data set, or unset sample_variables"
            )
        total = self.counts.total() + self._samples.requests.total()
        if not self._any_good and self._own_faults >= total:
            message = f"all {total} samples failed with an exception inside JMeter itself"
            raise EvidenceError(
                "E_RUN_CRASHED", message, file=name, hint="mend the test plan and repeat the run"
            )

    def _required_places(self) -> tuple[int, int, int]:
        return self._layout.start, self._layout.elapsed, self._layout.ok

    def _notices(self, *, complete: bool) -> Iterable[Notice]:
        if self._mismarked:
            message = (
                f"{self._mismarked} rows say success=true with a 5xx response code; they count as failed"
            )
            yield Notice("W_CONTRADICTION", message)
        if self._transactions:
            message = (
                f"{self._transactions} rows are transactions that sum up other rows; all rows are counted"
            )
            yield Notice("W_NESTED", message)
        if not complete:
            yield Notice("W_NO_FINAL_NEWLINE", "the last row has no line end; it may be cut short")
