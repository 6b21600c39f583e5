"""One page of a longer answer: no evidence, and no empty answer either."""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement

__all__ = ["OnePageError"]


class OnePageError(EvidenceError):
    """The refusal of a page; ``seen`` says how many records the page lists, where they were counted."""

    def __init__(self, message: str, file: str, hint: str, seen: tuple[str, int | None]) -> None:
        """The error; ``seen`` are the metric and the count."""
        super().__init__("E_PARTIAL", message, file=file, hint=hint)
        metric, count = seen
        self.seen = (Measurement(metric, Decimal(count)),) if count is not None else ()
