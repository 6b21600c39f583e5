"""Where evidence comes from: a method's name, its format, its files and what is asked of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from flightrules.values import frozen

__all__ = ["Binding", "EvidenceSource", "Scope", "name_key"]


@frozen
class EvidenceSource:
    """One method of measurement.

    ``also`` are further names of the method as sentences may write it. ``paths`` are globs relative to the
    rulebook. ``covers`` are the scopes that the whole artefact measures. ``columns`` maps our field names to
    a CSV's. ``baseline`` are globs of the report that NEW compares with. ``build_required`` refuses evidence
    whose build is unknown. ``compare_with`` is the git base for new-code coverage. ``planned`` is the
    number of tests that the plan holds.
    """

    name: str
    format: str | None
    paths: tuple[str, ...]
    also: tuple[str, ...] = ()
    environment: str | None = None
    max_age: timedelta | None = None
    covers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    baseline: tuple[str, ...] = ()
    build_required: bool = False
    compare_with: str | None = None
    planned: int | None = None
    origin: str = ""

    def answers_to(self, method: str) -> bool:
        """Whether a sentence's method means this source."""
        wanted = name_key(method)
        return any(name_key(name) == wanted for name in (self.name, *self.also))

    def covers_part(self, name: str) -> bool:
        """Whether the whole artefact measures the part of that name."""
        wanted = name_key(name)
        return any(name_key(one) == wanted for one in self.covers)


@frozen
class Scope:
    """A part of the product, and how to find it in evidence: globs over tests, endpoints, files, labels."""

    name: str
    tests: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@frozen
class Binding:
    """What a producer states about one artefact: to which build and environment its digest belongs.

    ``sha256`` is the digest in lower-case hexadecimal; ``artefact`` is the digest of what was tested.
    """

    sha256: str
    path: str
    environment: str | None = None
    build: str | None = None
    artefact: str | None = None
    taken_at: datetime | None = None
    origin: str = ""


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """A name without case, article and a closing ``run``: ``the nightly CI run`` is ``Nightly CI``."""
    words = name.casefold().replace("-", " ").split()
    words = words[1:] if len(words) > 1 and words[0] in ("the", "a", "an", "our") else words
    words = words[:-1] if len(words) > 1 and words[-1] in ("run", "suite", "paths") else words
    return " ".join(words)
