"""Releases on the verge of a decision, made in whatever office this process is of, and put back at will.

A script that was started in an office's environment (see ``Office.python``) uses it: the people and releases
are made through the door, in this process; whoever acts on them later does so through the office's own.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from flightrules.service.catalogue.models import Product
from flightrules.service.decisions.models import Decision, Override, Poll, SignOff
from flightrules.service.obligations.models import Obligation
from flightrules.service.people.models import Account, ApiToken, Deputy, Machine, Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.readiness.models import EvidenceItem, Waiver
from flightrules.service.releases.models import ClockSpan, Release
from people_stories import now, prove_now
from service.conftest import Caller
from service.decisions.deciding import Case, case_of
from service.shop import RULEBOOK, Shop, junit

_CHANGED = (Decision, SignOff, Override, Poll, EvidenceItem, Waiver, ClockSpan, Obligation)
_FAR = datetime(2100, 1, 1, tzinfo=UTC)
RISKY = "The season begins on Monday; the rest is watched by hand."
DISSENT = "I recommended no-go; payments were not tried on a real phone."


def person(*roles: str, name: str = "Alex Doe") -> Caller:
    """Somebody with roles in the shop."""
    someone = Person.objects.create(name=name, email=f"{secrets.token_hex(4)}@example.org")
    for role in roles:
        RoleGrant.objects.create(
            person=someone,
            role=role,
            product="" if role == "release-manager" else "shop",
            granted_by="setup",
            granted_at=now() - timedelta(days=30),
            counts_from=now() - timedelta(days=30),
        )
    return account_of(str(someone.key))


def account_of(someone: str) -> Caller:
    """One more account of a person, with a token of its own."""
    account = Account.objects.create(
        person_id=someone, email=f"{secrets.token_hex(4)}@example.org", opened_at=now()
    )
    token = _token([power.value for power in Power], account=account)
    return Caller(someone, str(account.key), token, Client(SERVER_NAME="127.0.0.1"))


def machine() -> Caller:
    """A pipeline of the shop."""
    made = Machine.objects.create(name="CI", product="shop")
    token = _token(["read", "bring-evidence"], machine=made)
    return Caller(str(made.key), str(made.key), token, Client(SERVER_NAME="127.0.0.1"))


def deputy_of(holder: Caller, role: str) -> Caller:
    """Who speaks in the holder's seat."""
    found = person(name="Dana Deputy")
    Deputy.objects.create(
        holder_id=holder.key,
        deputy_id=found.key,
        role=role,
        product="shop",
        named_by="setup",
        named_at=now() - timedelta(days=30),
        counts_from=now() - timedelta(days=30),
    )
    return found


def _token(scopes: list[str], **of: Any) -> str:
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    ApiToken.objects.create(
        digest=digest, title="tests", scopes=scopes, issued_at=now(), expires_at=_FAR, **of
    )
    return token


def shop_here() -> Shop:
    """The shop, with people of its own."""
    Product.objects.get_or_create(key="shop", defaults={"name": "Shop", "opened_at": now()})
    return Shop(
        qa=person("qa-lead", name="Mira Tan"),
        engineering=person("engineering-lead", name="Jonas Weber"),
        owner=person("product-owner", name="Ada Novak"),
        manager=person("release-manager", name="Samir Haddad"),
        product_manager=person("product-manager", name="Tom Lindqvist"),
        ci=machine(),
        stranger=None,
    )


@dataclass
class Lane:
    """One release, the people around it, and how it stood at moments that are named."""

    case: Case
    people: list[Caller] = field(default_factory=list)
    moments: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)
    digest: str = ""

    @property
    def release(self) -> str:
        return self.case.key

    def remember(self, moment: str) -> None:
        """Keep how everything stands that an act on a decision changes."""
        rows = {model: list(model.objects.filter(release=self.release)) for model in _CHANGED}
        self.moments[moment] = rows | {Release: [Release.objects.get(pk=self.release)]}

    def put_back(self, moment: str) -> None:
        """Let it stand so again, behind the office's back; whoever signs has just proved who they are."""
        with transaction.atomic():
            for model in _CHANGED:
                model.objects.filter(release=self.release)._raw_delete("default")
            for model in _CHANGED:
                model.objects.bulk_create(self.moments[moment][model])
            self.moments[moment][Release][0].save()
            self.prove()

    def prove(self) -> None:
        keys = [one.account_key for one in self.people]
        ApiToken.objects.filter(account__key__in=keys).update(proved_at=now(), proved_by=2)


def lane_to_go(shop: Shop, version: str, book: str = RULEBOOK, *, adopted: bool = True) -> Lane:
    """A release with an open poll and a verdict: moments ``vote`` (nobody voted) and ``decide`` (all did)."""
    case = case_of(shop, book, adopted=adopted, version=version)
    lane = Lane(case, [shop.qa, shop.owner])
    lane.remember("poll")
    _done(case.open(), 201)
    lane.remember("verdict")
    _done(case.verdict(), 201)
    lane.remember("vote")
    _done(case.vote(), 201)
    lane.remember("decide")
    lane.digest = case.dossier()
    return lane


def lane_to_override(shop: Shop, cto: Caller, version: str) -> Lane:
    """A no-go whose override is asked for and received: moments ``sign`` and ``conclude`` (one side signed)."""
    case = case_of(shop, adopted=False, version=version)
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    _done(case.open(), 201)
    _done(case.verdict("no-go", reason="Ten of a hundred tests fail."), 201)
    _done(case.decide("NO-GO", reason="Quality shows failing payments."), 201)
    asked = cto.post(f"/releases/{case.key}/overrides", {"accepts": ["pass-rate"], "reason": RISKY})
    override = _done(asked, 201)
    receipt = {"role": "cto", "statement": override["statement"]}
    prove_now(cto)
    _done(cto.post(f"/overrides/{override['key']}/receipt", receipt), 200)
    lane = Lane(case, [shop.qa, cto])
    case.poll, lane.digest = override["key"], case.dossier()
    lane.remember("sign")
    prove_now(shop.qa)
    _done(shop.qa.post(f"/overrides/{override['key']}/signatures", dissent(lane)), 201)
    lane.remember("conclude")
    return lane


def dissent(lane: Lane) -> dict[str, str]:
    """Quality's side of an override, as it is sent."""
    return {
        "role": "qa-lead",
        "choice": "dissent-acknowledged",
        "dossier": lane.digest,
        "reason": DISSENT,
    }


def agreement(lane: Lane) -> dict[str, str]:
    """The authority's side."""
    return {"role": "cto", "choice": "agree", "dossier": lane.digest, "reason": RISKY}


def _done(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()
