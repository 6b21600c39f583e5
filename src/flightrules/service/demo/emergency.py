"""The emergency of the made-up shop: classified in writing, locked to one path, let go on the QA lead's word.

What it leaves is owed: the written sign-off, the review, the record of the decision.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flightrules.service.decisions.decisions import Decided, decide
from flightrules.service.decisions.dossiers import hand_out
from flightrules.service.decisions.polls import open_poll
from flightrules.service.decisions.verdicts import sign_verdict
from flightrules.service.decisions.votes import Said, vote
from flightrules.service.demo.cast import Shop, opened
from flightrules.service.demo.evidence import changes, coverage, junit, tracker
from flightrules.service.emergencies.queries import points
from flightrules.service.emergencies.services import Said as PointSaid
from flightrules.service.emergencies.services import Stated, classify, confirm_point
from flightrules.service.obligations.queries import of_release
from flightrules.service.records.actor import SYSTEM

__all__ = ["emergency"]

_TICKET = "https://tracker.demo.invalid/DEMO-30"


def emergency(shop: Shop, now: datetime) -> str:
    """Release 4.2.1, from the written classification to its debts."""
    why = "A published flaw lets anybody read other people's receipts."
    key = opened(shop, "4.2.1", why, now - timedelta(hours=2))
    stated = Stated(
        reason="Receipts of strangers can be read; the standard track would take two days.",
        reference="CVE-2026-41522",
        paths=["shop/receipts/"],
        authors=[shop.key("Pavel Horak")],
        hotfix_of="4.2.0",
    )
    classify(release=key, stated=stated, **shop.by("cto"))
    _proved(shop, key, now)
    poll = str(open_poll(release=key, moment="final", **shop.by("release-manager")).key)
    said = Said("go", _read(shop, key, "qa-lead"), "The flaw is closed in the one path that changed.")
    sign_verdict(release=key, said=said, **shop.by("qa-lead"))
    said = Said("go", _read(shop, key, "cto"), "Open receipts weigh more than the short test.")
    vote(poll=poll, role="cto", said=said, **shop.by("cto"))
    made = decide(poll=poll, said=Decided("GO", _read(shop, key, "cto")), **shop.by("cto"))
    owed = of_release(key).filter(paid_at__isnull=True)
    debts = ", ".join(f"{one.rule} by {one.due_at:%d %b %H:%M}" for one in owed)
    return f"release      4.2.1: {made.outcome} on the emergency track; it owes {debts} (UTC)"


def _proved(shop: Shop, key: str, now: datetime) -> None:
    """The nine points: what is measured by evidence, the rest by those whose word counts."""
    shop.bring(key, "CI pipeline", changes("shop/receipts/page.py"), part="changes")
    shop.bring(key, "smoke run", junit("smoke", ("starts", "finds the database"), (), shop.at))
    shop.bring(key, "CI pipeline", junit("nightly", ("shows only one's own receipt",), (), shop.at))
    shop.bring(key, "coverage report", coverage(61, 100))
    shop.bring(key, "issue tracker", tracker((("DEMO-17", "P3", "A rounding of one cent"),), shop.at))
    shop.judge(key, "entry")
    shop.judge(key, "hotfix")
    said = {
        "confirmed": ("release-manager", PointSaid("The vendor's advisory names our version.", link=_TICKET)),
        "unit-tests": ("engineering-lead", PointSaid("Unit tests of the receipts pass.", link=_TICKET)),
        "regression": ("engineering-lead", PointSaid("Smoke and receipts were run again.", link=_TICKET)),
        "reviewed": ("engineer", PointSaid("Read line by line; the check comes before the query.")),
        "qa-agreed": ("qa-lead", PointSaid("Let it go, I have seen the tests.")),
        "rollback-tested": (
            "operations",
            PointSaid("Back on the former release.", seconds=140, link=_TICKET),
        ),
        "on-call": ("operations", PointSaid("Omar is on call.", until=now + timedelta(hours=6))),
        "review-scheduled": ("release-manager", PointSaid("Friday.", said_at=now + timedelta(hours=30))),
    }
    _, places = points(release=key, by=SYSTEM, at=shop.at)
    for place in places:
        if not place.met and not place.measured:
            name, words = said[place.point]
            confirm_point(release=key, point=place.point, said=words, **shop.by(name))


def _read(shop: Shop, release: str, name: str) -> str:
    dossier, _ = hand_out(release=release, **shop.by(name))
    shop.at += timedelta(minutes=1)
    return dossier.digest
