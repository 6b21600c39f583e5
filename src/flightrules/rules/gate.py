"""A gate: criteria at one point of the way to production, and what it blocks."""

from __future__ import annotations

from typing import Literal

from flightrules.values import frozen

__all__ = ["Gate"]


@frozen
class Gate:
    """A named set of criteria. An empty gate is an error, never a pass.

    ``kind`` is ``entry`` (before testing starts), ``exit`` (before sign-off) or ``stage`` (a point in the
    pipeline, named by ``stage``). ``blocks`` says in words what may not happen (``merge to trunk``).
    ``on_failure`` is ``block`` or ``alert`` (a person decides). ``sign_off`` are the roles of which
    ``quorum`` (all of them where it is not stated) must sign before the gate opens. ``place`` is the
    environment in which a build is judged here: an open gate shows that it passed there.
    """

    id: str
    title: str
    kind: Literal["entry", "exit", "stage"]
    criteria: tuple[str, ...]
    stage: str | None = None
    blocks: str = ""
    on_failure: Literal["block", "alert"] = "block"
    sign_off: tuple[str, ...] = ()
    quorum: int | None = None
    origin: str = ""
    place: str = ""
