"""The states of a release and the ways between them; nothing else moves it."""

from __future__ import annotations

from flightrules.service.door.refusals import ConflictError
from flightrules.service.records.services import product_stream
from flightrules.service.releases.models import Release

__all__ = ["OPEN", "move", "require_open"]

_S = Release.State
OPEN = frozenset({_S.DRAFT, _S.IN_TEST, _S.READY})
"""States in which evidence is taken and facts are edited."""

_WAYS: dict[str, frozenset[str]] = {
    _S.DRAFT: frozenset({_S.IN_TEST, _S.WITHDRAWN}),
    _S.IN_TEST: frozenset({_S.READY, _S.DECIDED, _S.WITHDRAWN}),  # decided there: a no-go that was overridden
    _S.READY: frozenset({_S.IN_TEST, _S.DECIDED, _S.WITHDRAWN}),
    _S.DECIDED: frozenset({_S.IN_TEST}),
    _S.WITHDRAWN: frozenset(),
}

_BEFORE: dict[str, str] = {
    _S.DRAFT: "it leaves draft when its entry gate is judged and met, or overridden on record"
}


def move(release: Release, to: str) -> None:
    """Set the state; the caller holds the row and saves it.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    if to not in _WAYS[release.state]:
        raise ConflictError(
            "E_RELEASE_STATE",
            f"{release.version} is {release.state}, which does not lead to {to}",
            hint=_BEFORE.get(release.state),
        ).about(product_stream(release.product_id), f"release/{release.key}")
    release.state = to


def require_open(release: Release) -> None:
    """Refuse what may only be done before the decision.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    if release.state not in OPEN:
        raise ConflictError(
            "E_RELEASE_STATE", f"{release.version} is {release.state}; it takes no more changes"
        ).about(product_stream(release.product_id), f"release/{release.key}")
