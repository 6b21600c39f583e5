"""The test clock: it runs while the entry criteria are met or set aside on record, and stops otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import UUIDField

from flightrules.service.door.questions import Question
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.models import ClockSpan, Release
from flightrules.service.releases.states import OPEN, move

__all__ = [
    "entry_gate_said",
    "exit_gate_said",
    "spans_of",
    "start_clock",
    "stop_clock",
    "tested_for",
    "tested_in",
]

_SPANS = Question(lambda release: ClockSpan.objects.filter(release=release), UUIDField())
_RUNNING = Question(
    lambda release: ClockSpan.objects.filter(release=release, stopped_at__isnull=True), UUIDField()
)

_NAMED = 5


def entry_gate_said(release: Release, failing: list[str], *, run: str, by: Actor, at: datetime) -> bool:
    """Take note of an entry gate's verdict and start or stop the clock by it; part of the caller's act.

    Args:
        release: the row, locked by the caller.
        failing: the criteria that keep the gate shut; none when it let the release through.
        run: key of the gate run.
        by: who asked for the run.
        at: when.

    Returns:
        Whether the clock ran and has stopped.
    """
    if release.state not in OPEN:
        return False
    release.entry = Release.Entry.FAILED if failing else Release.Entry.MET
    release.entry_failing = failing
    beyond = sorted(set(failing) - set(release.entry_overridden))
    release.save(update_fields=["entry", "entry_failing"])
    if beyond:
        return stop_clock(release, f"entry criteria fail: {_some(beyond)}", run=run, by=by, at=at)
    if not failing:
        start_clock(release, "the entry gate is met", run=run, by=by, at=at)
    return False


def exit_gate_said(release: Release, *, lets_through: bool) -> None:
    """A release in test becomes ready when its exit gate lets it through, and falls back when that ends."""
    if release.state == Release.State.IN_TEST and lets_through:
        move(release, Release.State.READY)
        release.save(update_fields=["state"])
    elif release.state == Release.State.READY and not lets_through:
        move(release, Release.State.IN_TEST)
        release.save(update_fields=["state"])


def start_clock(release: Release, because: str, *, run: str, by: Actor, at: datetime) -> None:
    """Start counting, unless it counts already; a draft is in test from now on."""
    if _RUNNING.first(release.pk) is not None:
        return
    ClockSpan.objects.create(release=release, started_at=at, because=because)
    if release.state == Release.State.DRAFT:
        move(release, Release.State.IN_TEST)
        release.save(update_fields=["state"])
    _record(Tag.TEST_CLOCK_STARTED, release, because, run=run, by=by, at=at)


def stop_clock(release: Release, because: str, *, run: str, by: Actor, at: datetime) -> bool:
    """Stop counting, if it counts; says whether it did."""
    span = _RUNNING.first(release.pk)
    if span is None:
        return False
    span.stopped_at, span.stopped_because = at, because
    span.save(update_fields=["stopped_at", "stopped_because"])
    _record(Tag.TEST_CLOCK_STOPPED, release, because, run=run, by=by, at=at)
    return True


def tested_for(release: Release, at: datetime) -> timedelta:
    """How long testing has counted so far."""
    return tested_in(spans_of(release), at)


def tested_in(spans: Iterable[ClockSpan], at: datetime) -> timedelta:
    """The same of spans in hand."""
    return sum(((span.stopped_at or at) - span.started_at for span in spans), timedelta())


def spans_of(release: Release) -> list[ClockSpan]:
    """When testing counted; nothing is asked where the release came with it."""
    came_with: list[ClockSpan] | None = getattr(release, "counted", None)
    return _SPANS.rows(release.pk) if came_with is None else came_with


def _record(tag: Tag, release: Release, because: str, *, run: str, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"release/{release.key}",
        data={"because": because, "run": run},
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
