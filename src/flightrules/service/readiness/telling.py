"""Who is told what about a release's readiness, each in the transaction of what it tells of.

Told are people who can sign in; the product's channels get everything, as they asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from flightrules.engine.verdict import Verdict
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import adopted_authority
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.powers import Power, powers_of
from flightrules.service.people.queries import badges, holders_of, who_can_sign_in
from flightrules.service.readiness.models import Acceptance, GateRun, Waiver
from flightrules.service.records.actor import SYSTEM
from flightrules.service.releases.queries import Release
from flightrules.service.releases.states import OPEN

__all__ = [
    "remind",
    "remind_waiver",
    "tell_clock_stopped",
    "tell_turned_no_go",
    "tell_voided",
    "to_remind",
    "waivers_to_remind",
]

_AHEAD = timedelta(days=3)
_ANSWERS = {Power.SIGN, Power.MANAGE_READINESS}
_NAMED = 5
_NO_GO = "NO-GO"


def tell_voided(one: Acceptance, at: datetime) -> None:
    """An acceptance ended before its time: who had accepted is told, for they answered for another defect."""
    _remind(
        one,
        once="voided",
        what=f"a new decision on {one.defect.number}, as its acceptance was voided ({one.voided_because}),",
        due="now",
        at=at,
    )


def to_remind(at: datetime, limit: int) -> Iterable[str]:
    """Keys of acceptances that expire within three days and whose people have not been told."""
    rows = Acceptance.objects.filter(
        complete_at__isnull=False,
        voided_at__isnull=True,
        reminded_at__isnull=True,
        expires_at__lte=at + _AHEAD,
        release__state__in=OPEN,
    )
    return [str(key) for key in rows.order_by("expires_at").values_list("pk", flat=True)[:limit]]


def remind(key: str, at: datetime) -> None:
    """Tell once that an acceptance expires soon."""
    with transaction.atomic():
        rows = Acceptance.objects.select_for_update(of=("self",)).select_related("defect", "release")
        one = rows.filter(pk=key, reminded_at__isnull=True, voided_at__isnull=True).first()
        if one is None:
            return
        one.reminded_at = at
        one.save(update_fields=["reminded_at"])
        _remind(
            one,
            once="expires",
            what=f"renewing the acceptance of {one.defect.number}",
            due=f"by {one.expires_at:%Y-%m-%d %H:%M} UTC, when it expires",
            at=at,
        )


def waivers_to_remind(at: datetime, limit: int) -> Iterable[str]:
    """Keys of waivers that expire within three days and whose people have not been told."""
    rows = Waiver.objects.filter(
        ended_at__isnull=True, reminded_at__isnull=True, expires_at__lte=at + _AHEAD, release__state__in=OPEN
    )
    return [str(key) for key in rows.order_by("expires_at").values_list("pk", flat=True)[:limit]]


def remind_waiver(key: str, at: datetime) -> None:
    """Tell once that a waiver expires soon: those who set the criterion aside."""
    with transaction.atomic():
        rows = Waiver.objects.select_for_update(of=("self",)).select_related("release__product")
        one = rows.filter(pk=key, reminded_at__isnull=True, ended_at__isnull=True).first()
        if one is None:
            return
        one.reminded_at = at
        one.save(update_fields=["reminded_at"])
        release, approvals = one.release, list(one.approvals.all())
        tell(
            Kind.REMINDER,
            product=release.product_id,
            about=f"waiver/{one.key}",
            once=f"waiver/{one.key}/expires",
            context={
                "product": release.product.name,
                "version": release.version,
                "what": f"meeting {one.criterion}, or waiving it again,",
                "due": f"by {one.expires_at:%Y-%m-%d %H:%M} UTC, when its waiver expires",
                "whom": ", ".join(sorted(role_words(given.role) for given in approvals)),
                "otherwise": f"{one.criterion} counts again",
            },
            at=at,
            to=who_can_sign_in([given.person for given in approvals], at, product=release.product_id),
        )


def tell_turned_no_go(run: GateRun, release: Release, verdict: Verdict, book: Rulebook, at: datetime) -> None:
    """A gate that was not shut at its last judgement is shut now; those who answer for it are told, once."""
    if run.advise or run.outcome != _NO_GO or _last_outcome(run) == _NO_GO:
        return
    fixes = dict.fromkeys(result.fix for result in verdict.results if result.blocks and result.fix)
    gate = book.gate(run.gate)
    title = gate.title if gate and gate.title else run.gate
    tell(
        Kind.NO_GO,
        product=release.product_id,
        about=f"gate-run/{run.key}",
        once=f"gate-run/{run.key}",
        context={
            "product": release.product.name,
            "version": release.version,
            "outcome": _NO_GO,
            "unmet": _some(run.blockers),
            "decided_by": f"the gate {title}, judged by the service",
            "remedy": _some(list(fixes)),
            "escalation": ", ".join(level.id for level in book.authority.escalation),
        },
        at=at,
        to=_answering(release.product_id, at),
    )


def tell_clock_stopped(run: GateRun, release: Release, failing: Sequence[str], at: datetime) -> None:
    """Testing does not count from now on."""
    tell(
        Kind.REMINDER,
        product=release.product_id,
        about=f"release/{release.key}",
        once=f"clock-stopped/{run.key}",
        context={
            "product": release.product.name,
            "version": release.version,
            "what": f"meeting the entry criteria again ({_some(failing)})",
            "due": "now: the test clock has stopped",
            "whom": "whoever prepares the test environment, or an override on record",
            "otherwise": "testing does not count, and the release does not get ready",
        },
        at=at,
        to=_answering(release.product_id, at),
    )


def _remind(one: Acceptance, *, once: str, what: str, due: str, at: datetime) -> None:
    release = one.release
    tell(
        Kind.REMINDER,
        product=release.product_id,
        about=f"acceptance/{one.key}",
        once=f"acceptance/{one.key}/{once}",
        context={
            "product": release.product.name,
            "version": release.version,
            "what": what,
            "due": due,
            "whom": ", ".join(map(role_words, one.roles)),
            "otherwise": f"{one.defect.number} blocks the release",
        },
        at=at,
        to=who_can_sign_in([given.person for given in one.approvals.all()], at, product=release.product_id),
    )


def _last_outcome(run: GateRun) -> str:
    before = GateRun.objects.filter(release=run.release_id, gate=run.gate, judged_at__isnull=False)
    last = before.exclude(pk=run.pk).order_by("-judged_at", "-asked_at").values_list("outcome", flat=True)
    return last.first() or ""


def _answering(product: str, at: datetime) -> list[str]:
    """Everybody who may sign for the product at this moment, or who manages its readiness."""
    holders = holders_of(product, by=SYSTEM, at=at).filter(accounts__is_active=True).distinct()
    authority = adopted_authority(product, at)
    return [
        one["key"]
        for one in badges(list(holders), at, product)
        if _ANSWERS & powers_of(one["roles"], authority)
    ]


def _some(said: Sequence[str]) -> str:
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return "; ".join(said[:_NAMED]) + more
