"""Kept documents that hold somebody's name: reports and papers as they were when they were signed.

They are evidence of what was decided and stay as they are (docs/reference/compliance.md, "Erasing a person").
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from flightrules.service.door.refusals import RefusalError
from flightrules.service.records import blobs
from flightrules.service.records.models import Entry
from flightrules.service.records.tags import Tag

__all__ = ["Kept", "documents_with"]

_OURS = Q(tag=Tag.GATE_RUN_RECORDED) | Q(tag__startswith="decision:") | Q(tag__startswith="board:")
_DIGEST = re.compile(rb'"([0-9a-f]{64})"')
_MOST = 5000
_LONGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Digests of documents that hold a name, and whether all of them were looked at."""

    digests: tuple[str, ...]
    all_looked_at: bool


def documents_with(name: str) -> Kept:
    """The documents of ours that hold the name, of the newest few thousand; evidence is not looked at."""
    if not name.strip():
        return Kept((), all_looked_at=True)
    spelt = {name, html.escape(name), json.dumps(name)[1:-1]}
    wanted = [one.encode() for one in spelt]
    found: set[str] = set()
    for number, digest in enumerate(_newest()):
        if number == _MOST:
            return Kept(tuple(sorted(found)), all_looked_at=False)
        if any(one in _text(digest) for one in wanted):
            found.add(digest)
    return Kept(tuple(sorted(found)), all_looked_at=True)


def _newest() -> Iterator[str]:
    seen: set[str] = set()
    bodies = Entry.objects.filter(_OURS).order_by("-pk").values_list("body", flat=True)
    for body in bodies.iterator():
        for match in _DIGEST.findall(bytes(body)):
            digest = match.decode()
            if digest not in seen:
                seen.add(digest)
                yield digest


def _text(digest: str) -> bytes:
    """The first bytes of a document; nothing of what is no stored one."""
    try:
        with blobs.open(digest) as stream:
            return stream.read(_LONGEST)
    except RefusalError:
        return b""
