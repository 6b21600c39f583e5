"""One line of the registry: how a format is recognised and which module reads it."""

from __future__ import annotations

from collections.abc import Callable

from flightrules.evidence.head import Head
from flightrules.values import NamedTuple

__all__ = ["Format"]


class Format(NamedTuple):
    """A format that Flightrules reads.

    ``module`` names a file below ``evidence/formats`` with one public function
    ``read(source: Source, head: Head) -> Reading``; it is imported when first needed.
    """

    name: str
    title: str
    family: str
    module: str
    recognise: Callable[[Head], bool]
