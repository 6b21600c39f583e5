"""JMeter's rows counted by what is written in them, so that no text is read twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import Samples

__all__ = ["JtlCounts", "Key"]

Key = tuple[str, str, str, str]  # elapsed, label, code, success
_FOLD_AT = 100_000
_DISTINCT_LIMIT = 1_000_000
_LABEL_LIMIT = 50_000
_BLOCKS_AT_ONCE = 24  # counting throws the next block out of the processor's cache, and the other way round
_TRUTH = frozenset(("true", "false"))


class JtlCounts:
    """Counts of rows by their texts, folded into samples when there are many.

    ``header`` is the key that a repeated header has; ``judged`` says whether there is a column success.
    """

    def __init__(self, header: Key, delimiter: str, source: str, *, judged: bool) -> None:
        self._header = header
        self._delimiter = delimiter
        self._source = source
        self._judged = judged
        self._lean: dict[bool, Counter[bytes]] = {True: Counter(), False: Counter()}
        self._waiting: dict[bool, list[bytes]] = {True: [], False: []}
        self._blocks = 0
        self._rows: Counter[Key] = Counter()
        self._known = 0
        self._read: dict[str, int | Decimal] = {}
        self.samples = Samples()
        self.any_good = False
        self.mismarked = 0

    @property
    def is_empty(self) -> bool:
        """Whether no row was counted."""
        return not self.total

    @property
    def total(self) -> int:
        """How many rows were counted."""
        self._count_waiting()
        lean = sum(counts.total() for counts in self._lean.values())
        return lean + self._rows.total() + self.samples.requests.total()

    def add_lean(self, keys: list[bytes], *, good: bool) -> int:
        """Count ``elapsed,label,code`` of successes or failures; how many of the keys were empty.

        The durations are whole milliseconds.
        """
        odd = 0 if all(keys) else keys.count(b"")
        self.any_good = self.any_good or (good and odd < len(keys))
        self._waiting[good] += keys
        self._blocks += 1
        if self._blocks % _BLOCKS_AT_ONCE == 0:
            self._count_waiting()
            if max(map(len, self._lean.values())) > _FOLD_AT:
                self.fold()
        return odd

    def _count_waiting(self) -> None:
        for good, keys in self._waiting.items():
            counts = self._lean[good]
            counts.update(keys)
            counts.pop(b"", None)
            keys.clear()

    def add(self, keys: Iterable[Key]) -> int:
        """Count rows; how many of them are a header in the middle, which is counted as nothing.

        Raises:
            EvidenceError: E_NUMBER, E_NEGATIVE, E_NONFINITE, E_RANGE, E_ENUM; without a line.
        """
        counts = self._rows
        counts.update(keys)
        for key in list(islice(reversed(counts), len(counts) - self._known)):
            self.check(key)
        headers = counts.pop(self._header, 0)
        self._known = len(counts)
        if self._known > _FOLD_AT:
            self.fold()
        return headers

    def check(self, key: Key) -> None:
        """Read the texts of a key; raises what ``add`` raises."""
        if key == self._header:
            return
        elapsed, _, _, ok = key
        if elapsed not in self._read:
            found = quantity(elapsed, "elapsed", self._source)
            self._read[elapsed] = int(found) if found == int(found) else found
        if ok not in _TRUTH and self._judged and ok.lower() not in _TRUTH:
            message = f"success is neither true nor false: {ok[:40]!r}"
            raise EvidenceError("E_ENUM", message, file=self._source)
        self.any_good = self.any_good or ok.lower() == "true"

    def fold(self) -> None:
        """Turn the counted rows into samples, so that few texts are kept.

        Raises:
            EvidenceError: E_TOO_MANY_ITEMS.
        """
        self._count_waiting()
        for marked, counts in self._lean.items():
            self._fold_lean(counts, marked=marked)
        for (elapsed, label, code, ok), count in self._rows.items():
            marked = ok.lower() == "true"
            good = marked and not _is_server_error(code)
            self.mismarked += count if marked and not good else 0
            self.samples.add(label, self._read[elapsed], ok=good, count=count)
        self._rows.clear()
        self._known = 0
        self._require_room()

    def join(self, samples: Samples, *, any_good: bool, mismarked: int) -> None:
        """Take what was counted in another part of the rows, folded.

        Raises:
            EvidenceError: E_TOO_MANY_ITEMS.
        """
        self.fold()
        self.samples = self.samples.merge(samples)
        self.any_good = self.any_good or any_good
        self.mismarked += mismarked
        self._require_room()

    def _require_room(self) -> None:
        """A label for each URL would take memory without end, and says nothing about any of them."""
        message, hint = "", "give requests a common label instead of one per URL"
        if len(self.samples.durations) > _LABEL_LIMIT:
            message = f"the rows have more than {_LABEL_LIMIT} labels"
        elif sum(len(one.counted) for one in self.samples.durations.values()) > _DISTINCT_LIMIT:
            message = f"the rows have more than {_DISTINCT_LIMIT} distinct pairs of label and duration"
        if message:
            raise EvidenceError("E_TOO_MANY_ITEMS", message, file=self._source, hint=hint)

    def _fold_lean(self, counts: Counter[bytes], *, marked: bool) -> None:
        delimiter = self._delimiter.encode()
        kinds: dict[bytes, dict[int | float, int]] = defaultdict(dict)
        for key, count in counts.items():
            elapsed, _, kind = key.partition(delimiter)
            of_kind, ms = kinds[kind], int(elapsed)
            of_kind[ms] = of_kind.get(ms, 0) + count
        counts.clear()
        for kind, of_kind in kinds.items():
            label, _, code = kind.decode("utf-8").rpartition(self._delimiter)
            durations = Durations()
            durations.counted = Counter(of_kind)
            requests = len(durations)
            good = marked and not _is_server_error(code)
            self.mismarked += requests if marked and not good else 0
            failed = 0 if good else requests
            self.samples.add_all(label, durations, requests=requests, failed=failed)


def _is_server_error(code: str) -> bool:
    return len(code) == 3 and code[0] == "5" and code.isdecimal()  # noqa: PLR2004  HTTP
