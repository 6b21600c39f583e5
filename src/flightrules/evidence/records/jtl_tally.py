"""The rows of a JMeter table, block by block: what is counted of them, joined, and made a reading."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import compress
from operator import itemgetter, not_

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.row_blocks import Block
from flightrules.evidence.records.jtl_counts import JtlCounts
from flightrules.evidence.records.jtl_rows import Layout, RowPatterns, Starts
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import Ends, Held, Span
from flightrules.evidence.source import Source
from flightrules.values import NamedTuple

__all__ = ["JtlPart", "JtlTally"]

_CAREFUL_SIZE = 4 << 20
_EPOCH_DIGITS = 13
_COUNT_DIGITS = 10
_ODD_SHARE = 4
_PATIENCE = 8
_OWN_FAULT = b"org.apache.jmeter."
_TRANSACTION = b"Number of samples in transaction"
_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "load.failed": "rows with success=false, and rows with a 5xx response code whatever success says",
    "load.users": "the largest allThreads; above 4 MiB of rows every 16th is looked at, so never too high",
}
_Row = tuple[str, ...]  # the wanted cells of one row


class JtlPart(NamedTuple):
    """What was counted in the last rows of a file."""

    samples: Samples
    any_good: bool
    mismarked: int
    span: Ends
    users: int
    own_faults: int
    transactions: int
    variables_set: bool
    complete: bool


class JtlTally:
    """Takes blocks of rows apart in the fastest way that is proven to fit, and counts what they hold.

    ``last_start`` is when one of the last rows seems to start; whether it does is known in the end.
    """

    def __init__(self, layout: Layout, source: Source, last_start: int = 0) -> None:
        self._layout = layout
        self._source = source
        self._patterns = RowPatterns(layout)
        places = (layout.elapsed, layout.label, layout.code, layout.ok)
        names = ("elapsed", "label", "responseCode", "success")
        elapsed, label, code, ok = (name if at >= 0 else "" for name, at in zip(names, places, strict=True))
        self._header = elapsed, label, code, ok
        self._counts = JtlCounts(self._header, layout.delimiter, source.name, judged=layout.ok >= 0)
        self._at = {place: at for at, place in enumerate(layout.wanted)}
        self._wanted = itemgetter(*layout.wanted, layout.width)
        self._key = itemgetter(*(self._at.get(place, len(self._at)) for place in places))
        self._careful = source.size <= _CAREFUL_SIZE
        self._sampled = layout.is_lean and not self._careful
        self._span = Span(self._patterns.pairs, in_order=self._careful, expected=last_start)
        self._patience = 0
        self._users = 0
        self._own_faults = 0
        self._transactions = 0
        self._variables_set = not layout.variables
        self._complete = True

    @property
    def is_empty(self) -> bool:
        """Whether no row was counted."""
        return self._counts.is_empty

    @property
    def is_misled(self) -> bool:
        """Whether the last start that was given is none, so that the times of all rows must be looked at."""
        return self._span.is_misled

    def take(self, block: Block) -> None:
        """Count the rows of one block."""
        self._complete = block.complete
        plain = block.plain
        count = self._patterns.rows(plain)
        if count < 0:
            plain = b"".join(line + b"\n" for line in plain.split(b"\n") if line)
            count = self._patterns.rows(plain)
        quoted = self._quoted(block) if count >= 0 else None
        if quoted is None:
            self._take_one_by_one(block)
        else:
            rows = self._odd_rows(plain, count)
            if rows is None:
                rows = self._patterns.cells(plain.decode("utf-8"))
            try:
                self._count(self._in_order(block, rows, quoted))
            except EvidenceError:
                self._refuse(block)
                raise
            if self._sampled:
                self._see_users(set(map(bytes.decode, self._patterns.users(plain, count))))
                self._see_users_of(quoted)
        self._look_aside(block)
        if not self._careful:
            self._require_columns()

    def _quoted(self, block: Block) -> list[_Row] | None:
        """The rows with quotes; None if they are not all whole rows."""
        texts = [record.decode("utf-8") for _, record in block.quoted]
        try:
            rows = list(csv.reader(texts, delimiter=self._layout.delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) != len(texts) or any(len(row) != self._layout.width for row in rows):
            return None
        return [self._wanted([*row, ""]) for row in rows]

    def _odd_rows(self, plain: bytes, count: int) -> list[_Row] | None:
        """Count the rows that are as most are; the other rows. None if all have to be looked at."""
        if self._careful or not self._layout.is_lean or not self._variables_set or not count:
            return None
        if self._patience:
            self._patience -= 1
            return None
        last = plain.rfind(b"\n", 0, -1) + 1
        ends = plain[:_EPOCH_DIGITS], plain[last : last + _EPOCH_DIGITS]
        self._patterns.learn(plain)
        slowest = self._patterns.slowest
        starts = Starts.between(*ends, *self._span.within(slowest))
        keys = self._patterns.lean(plain, count, starts, b"true") if starts else None
        if starts is None or keys is None:
            return None
        odd = rest = self._counts.add_lean(keys, good=True)
        lines = [*compress(plain.split(b"\n"), map(not_, keys))] if odd else []
        if lines:
            failed = self._patterns.lean(b"\n".join([*lines, b""]), odd, starts, b"false")
            if failed is not None:
                rest = self._counts.add_lean(failed, good=False)
                lines = [*compress(lines, map(not_, failed))]
        if rest < count:
            self._span.hold(Held(plain, starts.earliest, starts.latest, slowest))
        self._patience = _PATIENCE if rest * _ODD_SHARE > count else 0
        rows = self._patterns.cells("".join(line.decode("utf-8") + "\n" for line in lines))
        self._patterns.met(max((len(row[self._at[self._layout.elapsed]]) for row in rows), default=0))
        return rows

    def _in_order(self, block: Block, rows: list[_Row], quoted: list[_Row]) -> list[_Row]:
        """Plain rows and rows with quotes together; in the order of the file where that matters."""
        if not quoted or not self._careful:
            return [*rows, *quoted]
        merged: list[_Row] = []
        taken = at = 0
        for (start, record), row in zip(block.quoted, quoted, strict=True):
            ahead = taken + sum(map(bool, block.data[at:start].split(b"\n")))
            merged += [*rows[taken:ahead], row]
            taken, at = ahead, start + len(record)
        return merged + rows[taken:]

    def _take_one_by_one(self, block: Block) -> None:
        for at, text in block.records():
            row = self._row(block, at, text)
            try:
                self._count([row])
            except EvidenceError as error:
                error.line = block.line_of(at)
                raise
            self._see_users_of([row])

    def _row(self, block: Block, at: int, text: str) -> _Row:
        cells = text.split(self._layout.delimiter)
        if '"' in text:
            lines = [line + "\n" for line in text.split("\n")]
            try:
                cells = next(csv.reader(lines, delimiter=self._layout.delimiter, strict=True))
            except csv.Error as error:
                raise block.fault("E_MALFORMED", f"not a valid row: {error}", at) from None
        if len(cells) != self._layout.width:
            message = f"the row has {len(cells)} of {self._layout.width} cells"
            hint = "check the quoting, and that the file holds one run only"
            raise block.fault("E_ROW_WIDTH", message, at, hint)
        return tuple(self._wanted([*cells, ""]))

    def _refuse(self, block: Block) -> None:
        """Name the first row that cannot be counted."""
        for at, text in block.records():
            key = self._key(self._row(block, at, text))
            try:
                self._counts.check(key)
            except EvidenceError as error:
                error.line = block.line_of(at)
                raise

    def _count(self, rows: list[_Row]) -> None:
        key = self._key
        if self._counts.add(map(key, rows)):
            rows = [row for row in rows if key(row) != self._header]
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        if self._layout.start >= 0:
            self._span.take(columns[self._at[self._layout.start]], columns[self._at[self._layout.elapsed]])
        if not self._sampled:
            self._see_users_of(rows)

    def _see_users_of(self, rows: list[_Row]) -> None:
        if self._layout.users >= 0:
            self._see_users(set(map(itemgetter(self._at[self._layout.users]), rows)))

    def _see_users(self, found: set[str]) -> None:
        counts = (int(one) for one in found if one.isdecimal() and len(one) < _COUNT_DIGITS)
        self._users = max(self._users, *counts, 0)

    def _look_aside(self, block: Block) -> None:
        if not self._counts.any_good and _OWN_FAULT in block.data:
            self._own_faults += sum(_OWN_FAULT.decode() in text for _, text in block.records())
        self._transactions += sum(_TRANSACTION in record for _, record in block.quoted)
        if not self._variables_set:
            delimiter = self._layout.delimiter
            unset = delimiter + delimiter.join(["null"] * self._layout.variables)
            self._variables_set = any(not text.endswith(unset) for _, text in block.records())

    def _require_columns(self) -> None:
        layout = self._layout
        needed = {"timeStamp": layout.start, "elapsed": layout.elapsed, "success": layout.ok}
        missing = [name for name, at in needed.items() if at < 0]
        if missing:
            message = f"the column {missing[0]} is missing"
            hint = "switch the column on in JMeter's save service settings"
            raise EvidenceError("E_MISSING_FIELD", message, file=self._source.name, line=1, hint=hint)

    def settle(self) -> None:
        """Sum up what was taken so far.

        Raises:
            EvidenceError: E_TOO_MANY_ITEMS.
        """
        self._counts.fold()

    def part(self) -> JtlPart:
        """What was counted, to be joined with what was counted of the rows before."""
        self._counts.fold()
        return JtlPart(
            self._counts.samples,
            self._counts.any_good,
            self._counts.mismarked,
            self._span.found(),
            self._users,
            self._own_faults,
            self._transactions,
            self._variables_set,
            self._complete,
        )

    def join(self, part: JtlPart) -> None:
        """Take what was counted in the rows behind these.

        Raises:
            EvidenceError: E_TOO_MANY_ITEMS.
        """
        self._counts.join(part.samples, any_good=part.any_good, mismarked=part.mismarked)
        self._span.join(part.span)
        self._users = max(self._users, part.users)
        self._own_faults += part.own_faults
        self._transactions += part.transactions
        self._variables_set = self._variables_set or part.variables_set
        self._complete = part.complete

    def reading(self) -> Reading:
        """All rows as samples, once the last block was taken."""
        self._require_columns()
        self._refuse_unfit()
        start, end = self._span.ends()
        self._counts.fold()
        samples = self._counts.samples
        samples.seen(start, end, self._users or None)
        notices = [*self._span.notices(), *self._notices()]
        facts = {"tool": "JMeter"}
        taken_at = rfc3339(end)
        if taken_at:
            facts["taken_at"] = taken_at if self._span.has_zone else taken_at.removesuffix("Z")
        return Reading(
            "jmeter-csv", records=samples, notices=tuple(notices), facts=facts, definitions=_DEFINITIONS
        )

    def _refuse_unfit(self) -> None:
        name = self._source.name
        if not self._variables_set:
            message = "the test plan's sample variables are null in every row: its data was never loaded"
            hint = "check the data set, or unset sample_variables"
            raise EvidenceError("E_REFERENCE", message, file=name, hint=hint)
        total = self._counts.total
        if not self._counts.any_good and self._own_faults >= total:
            message = f"all {total} samples failed with an exception inside JMeter itself"
            hint = "mend the test plan and repeat the run"
            raise EvidenceError("E_RUN_CRASHED", message, file=name, hint=hint)

    def _notices(self) -> Iterable[Notice]:
        mismarked = self._counts.mismarked
        if mismarked:
            message = f"{mismarked} rows say success=true with a 5xx response code; they count as failed"
            yield Notice("W_CONTRADICTION", message)
        if self._transactions:
            message = (
                f"{self._transactions} rows are transactions that sum up other rows; all rows are counted"
            )
            yield Notice("W_NESTED", message)
        if not self._complete:
            yield Notice("W_NO_FINAL_NEWLINE", "the last row has no line end; it may be cut short")
