"""What the search for evidence is told beside the rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flightrules.rules.source import Binding
from flightrules.values import frozen

__all__ = ["Gathering"]


@frozen
class Gathering:
    """Where to look, and as of when.

    ``extra`` adds paths to a method (``--evidence METHOD=PATH``). ``base`` overrides the commit that new-code
    coverage compares with. ``received_at`` is the one clock reading.
    """

    root: str
    received_at: datetime
    bindings: Mapping[str, Binding]
    extra: Mapping[str, tuple[str, ...]]
    base: str | None = None
