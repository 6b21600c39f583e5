"""How the made-up shop came to its three releases: every step is an ordinary act of the service, on record.

The acts carry moments of the last three weeks, so that roles have cooled down and the clock has something to
show. Nobody in it can sign in: the people have no accounts, and their invitations are thrown away unread.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from flightrules.errors import UsageError
from flightrules.service.catalogue.queries import products
from flightrules.service.catalogue.services import open_product, propose_rulebook, sign_rulebook
from flightrules.service.people.queries import people
from flightrules.service.people.services import invite
from flightrules.service.readiness.checklists import change_item, start_checklist
from flightrules.service.readiness.defects import DefectFacts, Terms, accept_defect, record_defect
from flightrules.service.readiness.demo.evidence import RULEBOOK, coverage, junit, tracker
from flightrules.service.readiness.intake import Statement, take_evidence
from flightrules.service.readiness.risks import RiskFacts, record_risk
from flightrules.service.readiness.runs import ask_gate_run
from flightrules.service.records import blobs
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.releases.services import add_artefact, open_release

__all__ = ["PRODUCT", "fill"]

PRODUCT = "demo-shop"
_LIMIT = 1 << 20
_PEOPLE = (
    ("Mira Tan", "qa-lead"),
    ("Jonas Weber", "engineering-lead"),
    ("Ada Novak", "product-owner"),
    ("Tom Lindqvist", "product-manager"),
    ("Samir Haddad", "release-manager"),
)
_TESTS = ("adds to the cart", "takes a voucher", "pays by card", "shows delivery costs", "sends a receipt")
_P2 = ("DEMO-17", "P2", "Two vouchers in one cart give a wrong total")


@dataclass
class _Shop:
    """Who acts, and when; time goes on with every chapter."""

    people: dict[str, Actor]
    at: datetime

    def by(self, role: str) -> dict[str, Any]:
        """Who and when, for an act; each a minute after the one before."""
        self.at += timedelta(minutes=1)
        return {"by": self.people[role], "at": self.at}


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
        shop = _Shop(_hired(at - timedelta(days=21)), at - timedelta(days=14))
        said = [f"people       {len(_PEOPLE)} made-up people, none of whom can sign in"]
        said.append(_agreed(shop))
        said.append(_accepted_and_ready(shop))
        shop.at = at - timedelta(days=2)
        said.append(_in_test_and_failing(shop))
        shop.at = at - timedelta(hours=3)
        said.append(_not_let_in(shop))
    return said


def _hired(at: datetime) -> dict[str, Actor]:
    found: dict[str, Actor] = {}
    for name, role in _PEOPLE:
        email = f"{name.casefold().replace(' ', '.')}@demo.invalid"
        person, _ = invite(name=name, email=email, roles=[(role, "")], by=SYSTEM, at=at)
        key = str(person.key)
        found[role] = Actor(key=key, kind=Kind.PERSON, account_key=key, via="demo")
    return found


def _agreed(shop: _Shop) -> str:
    open_product(key=PRODUCT, name="Demo shop", **shop.by("release-manager"))
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


def _accepted_and_ready(shop: _Shop) -> str:
    release = _release(shop, "4.2.0", "One order in four is abandoned when the delivery costs appear.")
    _bring(shop, release, "smoke run", junit("smoke", ("starts", "finds the database"), (), shop.at))
    _judge(shop, release, "entry")
    _bring(shop, release, "CI pipeline", junit("nightly", _TESTS, (), shop.at))
    _bring(shop, release, "coverage report", coverage(86, 100))
    _bring(shop, release, "issue tracker", tracker((_P2,), shop.at))
    _accept_p2(shop, release)
    _tick(shop, release)
    outcome = _judge(shop, release, "exit")
    return f"release      4.2.0: {outcome}; ready, with one defect accepted by product and quality"


def _in_test_and_failing(shop: _Shop) -> str:
    release = _release(shop, "4.3.0", "Customers ask for gift cards before the holidays.")
    _bring(shop, release, "smoke run", junit("smoke", ("starts", "finds the database"), (), shop.at))
    _judge(shop, release, "entry")
    _bring(shop, release, "CI pipeline", junit("nightly", _TESTS, ("takes a voucher",), shop.at))
    _bring(shop, release, "coverage report", coverage(74, 100))
    _bring(
        shop, release, "issue tracker", tracker((_P2, ("DEMO-21", "P1", "A gift card pays twice")), shop.at)
    )
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
        **shop.by("qa-lead"),
    )
    outcome = _judge(shop, release, "exit")
    return f"release      4.3.0: {outcome}; in test: failing tests, low coverage, an open P1"


def _not_let_in(shop: _Shop) -> str:
    release = _release(shop, "4.4.0", "")
    failing = junit("smoke", ("starts", "finds the database"), ("finds the database",), shop.at)
    _bring(shop, release, "smoke run", failing)
    outcome = _judge(shop, release, "entry")
    return f"release      4.4.0: {outcome} at the entry gate; a draft, and the test clock does not run"


def _release(shop: _Shop, version: str, why: str) -> str:
    facts = {
        "build": f"{version}+1",
        "release_class": "minor",
        "track": "standard",
        "justification": why,
        "scope_in": [f"What {version} brings"],
        "opens_at": shop.at + timedelta(days=21),
        "zone": "Europe/Berlin",
    }
    release = open_release(product=PRODUCT, version=version, facts=facts, **shop.by("release-manager"))
    digest = hashlib.sha256(f"demo-shop {version}".encode()).hexdigest()
    add_artefact(key=str(release.key), name="shop.tar.gz", digest=digest, **shop.by("release-manager"))
    return str(release.key)


def _bring(shop: _Shop, release: str, method: str, data: bytes) -> None:
    digest, size = blobs.store(io.BytesIO(data), _LIMIT)
    said = Statement(method=method, name=f"{method.replace(' ', '-')}.out")
    take_evidence(release=release, said=said, digest=digest, size=size, **shop.by("qa-lead"))


def _judge(shop: _Shop, release: str, gate: str) -> str:
    run = ask_gate_run(release=release, gate=gate, claim=None, **shop.by("qa-lead"))
    return run.outcome


def _accept_p2(shop: _Shop, release: str) -> None:
    number, severity, title = _P2
    defect = record_defect(
        product=PRODUCT,
        facts=DefectFacts(number=number, title=title, severity=severity, owner="Jonas Weber"),
        **shop.by("qa-lead"),
    )
    terms = Terms(
        affected_users="About 3 % of orders, those with two vouchers",
        business_impact="EUR 900 a day in corrections",
        mitigation="Support corrects the total before it is charged",
        monitoring="A dashboard counts corrected orders each hour",
        resolution_target=(shop.at + timedelta(days=40)).date(),
        expires_at=shop.at + timedelta(days=40),
    )
    for role, stated in (("product-manager", terms), ("qa-lead", None)):
        accept_defect(key=str(defect.key), release=release, role=role, terms=stated, **shop.by(role))


def _tick(shop: _Shop, release: str) -> None:
    items = start_checklist(release=release, checklist="readiness", items=(), **shop.by("qa-lead"))
    for item in items[:5]:
        change_item(key=str(item.key), changes={"owner": "Mira Tan", "done": True}, **shop.by("qa-lead"))
