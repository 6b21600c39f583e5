"""How the made-up shop came to its three releases: every step is an ordinary act of the service, on record.

One goes by poll, one no-go is overridden by two people, one emergency leaves its debts. The acts carry
moments of the last three weeks, so that roles have cooled down and clocks have something to show.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from flightrules.errors import UsageError
from flightrules.service.blockers.services import Objection, raise_blocker
from flightrules.service.catalogue.queries import products
from flightrules.service.catalogue.services import open_product, propose_rulebook, sign_rulebook
from flightrules.service.decisions.decisions import Decided, decide
from flightrules.service.decisions.dossiers import hand_out
from flightrules.service.decisions.overrides import ask_override, confirm_receipt, sign_override
from flightrules.service.decisions.polls import open_poll
from flightrules.service.decisions.verdicts import sign_verdict
from flightrules.service.decisions.votes import Said, vote
from flightrules.service.demo.cast import PEOPLE, PRODUCT, Shop, artefact, hired, opened, with_pipeline
from flightrules.service.demo.emergency import emergency
from flightrules.service.demo.evidence import RULEBOOK, coverage, junit, tracker
from flightrules.service.obligations.queries import of_release
from flightrules.service.obligations.services import confirm, pay
from flightrules.service.people.queries import people
from flightrules.service.readiness.checklists import change_item, start_checklist
from flightrules.service.readiness.risks import RiskFacts, record_risk
from flightrules.service.records.actor import SYSTEM

__all__ = ["PRODUCT", "fill"]

_TESTS = ("adds to the cart", "takes a voucher", "pays by card", "shows delivery costs", "sends a receipt")
_SMOKE = ("starts", "finds the database")
_VOTERS = ("product-owner", "engineering-lead", "operations")


def fill(at: datetime) -> list[str]:
    """Make the shop and tell what was made, one sentence each; all of it or nothing.

    Raises:
        UsageError: E_DEMO, where anything is kept already.
    """
    if products(by=SYSTEM, at=at).exists() or people(by=SYSTEM, at=at).exists():
        raise UsageError(
            "E_DEMO",
            "data is kept here already; the demo does not mix with it",
            hint="set FLIGHTRULES_HOME to an empty folder, or FLIGHTRULES_DATABASE_URL to an empty database",
        )
    with transaction.atomic():
        shop = hired(at - timedelta(days=21))
        said = [f"people       {len(PEOPLE)} made-up people, none of whom can sign in"]
        shop.at = at - timedelta(days=14)
        said.append(_agreed(shop))
        shop.at = at - timedelta(days=1, hours=6)
        said.append(_gone_by_poll(shop, at))
        shop.at = at - timedelta(hours=9)
        said.append(_overridden(shop, at))
        shop.at = at - timedelta(hours=5)
        said.append(emergency(shop, at))
    return said


def _agreed(shop: Shop) -> str:
    open_product(key=PRODUCT, name="Demo shop", **shop.by("release-manager"))
    with_pipeline(shop, shop.at)
    edition = propose_rulebook(
        product=PRODUCT,
        data=RULEBOOK.encode(),
        file_name=".flightrules.yml",
        reason="The first agreement",
        **shop.by("qa-lead"),
    )
    for role in ("qa-lead", "engineering-lead", "product-owner"):
        sign_rulebook(product=PRODUCT, number=edition.number, role=role, **shop.by(role))
    return f"agreement    {PRODUCT}: edition 1 of the rulebook, signed by quality, engineering and product"


def _gone_by_poll(shop: Shop, now: datetime) -> str:
    key = opened(shop, "4.2.0", "One order in four is lost to delivery costs.", now - timedelta(hours=2))
    _tested(shop, key, failing=(), covered=86, p1=False)
    _ticked(shop, key)
    shop.judge(key, "exit")
    poll = str(open_poll(release=key, moment="final", **shop.by("release-manager")).key)
    _verdict(shop, key, "go", "Both gates are green on the build that ships, and the risks are low.")
    for role in _VOTERS:
        said = Said("go", _read(shop, key, role), "Looked through what changed; nothing stands against it.")
        vote(poll=poll, role=role, said=said, **shop.by(role))
    dossier = _read(shop, key, "product-owner")
    made = decide(poll=poll, said=Decided("GO", dossier), **shop.by("product-owner"))
    _record_written(shop, key)
    return (
        f"release      4.2.0: {made.outcome} by poll, three votes and the quality verdict; "
        f"its artefact is sha256:{artefact('4.2.0')}"
    )


def _overridden(shop: Shop, now: datetime) -> str:
    key = opened(shop, "4.3.0", "Customers ask for gift cards before the holidays.", now + timedelta(hours=1))
    _tested(shop, key, failing=("takes a voucher",), covered=74, p1=True)
    _risk(shop, key)
    shop.judge(key, "exit")
    poll = str(open_poll(release=key, moment="final", **shop.by("release-manager")).key)
    _verdict(shop, key, "no-go", "Vouchers fail in every second data set; a gift card can pay twice.")
    held = _held_against(shop, key)
    refusal = Decided("NO-GO", _read(shop, key, "product-owner"), "Quality shows a payment made twice.")
    decide(poll=poll, said=refusal, **shop.by("product-owner"))
    names = ["DEMO-21", "coverage", "overall-pass", "p1-open", held]
    why = "Gift cards are switched off by a flag; the rest of the scope is bound to a contract date."
    override = ask_override(release=key, accepts=names, reason=why, **shop.by("cto"))
    _both_sign(shop, key, str(override.key), override.statement)
    return "release      4.3.0: NO-GO, then GO BY OVERRIDE with two signatures; five items accepted by name"


def _held_against(shop: Shop, release: str) -> str:
    """A blocker with what it costs, as whoever has to answer the customers knows it; its key."""
    objection = Objection(
        title="A gift card pays twice",
        impact="About 3 % of orders, EUR 900 a day",
        link="https://tickets.example.org/DEMO-21",
    )
    return str(raise_blocker(release=release, objection=objection, **shop.by("operations")).key)


def _both_sign(shop: Shop, release: str, override: str, statement: str) -> None:
    said = "I recommended no-go: the flag was not tried under load."
    sign_override(
        key=override,
        role="qa-lead",
        choice="dissent-acknowledged",
        dossier=_read(shop, release, "qa-lead"),
        reason=said,
        **shop.by("qa-lead"),
    )
    confirm_receipt(key=override, role="cto", statement=statement, **shop.by("cto"))
    sign_override(
        key=override,
        role="cto",
        choice="agree",
        dossier=_read(shop, release, "cto"),
        reason="The contract weighs more than the vouchers; support is told.",
        **shop.by("cto"),
    )


def _tested(shop: Shop, key: str, *, failing: tuple[str, ...], covered: int, p1: bool) -> None:
    shop.bring(key, "smoke run", junit("smoke", _SMOKE, (), shop.at))
    shop.judge(key, "entry")
    shop.bring(key, "CI pipeline", junit("nightly", _TESTS, failing, shop.at))
    shop.bring(key, "coverage report", coverage(covered, 100))
    found = (("DEMO-21", "P1", "A gift card pays twice"),) if p1 else ()
    shop.bring(key, "issue tracker", tracker((*found, ("DEMO-17", "P3", "A rounding of one cent")), shop.at))


def _read(shop: Shop, release: str, name: str) -> str:
    """The digest of the dossier as it was handed to somebody, who takes some minutes to read it."""
    dossier, _ = hand_out(release=release, **shop.by(name))
    shop.at += timedelta(minutes=4)
    return dossier.digest


def _verdict(shop: Shop, release: str, choice: str, reason: str) -> None:
    said = Said(choice, _read(shop, release, "qa-lead"), reason)
    sign_verdict(release=release, said=said, **shop.by("qa-lead"))


def _record_written(shop: Shop, release: str) -> None:
    """The record of the decision, written by the ticket's owner in time and confirmed by quality."""
    for one in of_release(release).filter(event="decision", paid_at__isnull=True):
        text = "4.2.0 goes: all criteria met, three votes for going, no dissent, nothing overridden."
        pay(key=str(one.key), text=text, **shop.by("release-manager"))
        confirm(key=str(one.key), **shop.by("qa-lead"))


def _ticked(shop: Shop, release: str) -> None:
    items = start_checklist(release=release, checklist="readiness", items=(), **shop.by("release-manager"))
    for item in items:
        changes = {"owner": "Samir Haddad", "done": True}
        change_item(key=str(item.key), changes=changes, **shop.by("release-manager"))


def _risk(shop: Shop, release: str) -> None:
    record_risk(
        release=release,
        facts=RiskFacts(
            title="The payment provider limits requests in December",
            impact="high",
            probability="medium",
            owner="Samir Haddad",
            review_on=(shop.at + timedelta(days=7)).date(),
            mitigation="A queue in front of the provider, tested with its limit",
        ),
        **shop.by("release-manager"),
    )
