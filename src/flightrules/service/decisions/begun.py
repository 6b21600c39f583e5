"""Whether testing of a release has begun: before its entry gate is met nobody is asked to sign anything."""

from __future__ import annotations

from flightrules.rules.rulebook import Rulebook
from flightrules.service.decisions.seats import on_record
from flightrules.service.door.refusals import ConflictError
from flightrules.service.releases.queries import Release

__all__ = ["begins_at_once", "require_begun"]


def begins_at_once(book: Rulebook) -> bool:
    """Whether nobody agreed on what testing begins with: then a draft is as good as one in test."""
    return not any(gate.kind == "entry" for gate in book.gates)


def require_begun(release: Release, book: Rulebook) -> None:
    """Refuse to ask, or to hear, anybody about a release that its entry gate has not let into test.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    if release.state != type(release).State.DRAFT or begins_at_once(book):
        return
    failing = ", ".join(release.entry_failing[:5])
    why = f"fails at {failing}" if failing else "was not judged as met yet"
    gate = next(one.id for one in book.gates if one.kind == "entry")
    override = "override its criteria on record (flightrules release override-entry)"
    raise on_record(
        ConflictError(
            "E_RELEASE_STATE",
            f"{release.version} is draft: its entry gate {why}",
            hint=f"have it judged (flightrules judge --gate {gate}), or {override}",
        ),
        release,
    )
