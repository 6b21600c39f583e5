"""The people of the made-up shop and the moments at which they act.

They have accounts with passwords that were thrown away unread, and no second factor: nobody can sign in as
one of them. Within the story each act comes with the proof that the act asks for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flightrules.service.people.services import accept_invitation, invite, register_machine
from flightrules.service.readiness.intake import Statement, take_evidence
from flightrules.service.readiness.runs import ask_gate_run
from flightrules.service.records import blobs
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.releases.services import add_artefact, open_release

__all__ = ["PEOPLE", "PRODUCT", "Shop", "artefact", "hired", "opened", "with_pipeline"]

PRODUCT = "demo-shop"
PEOPLE = (
    ("Mira Tan", "qa-lead"),
    ("Jonas Weber", "engineering-lead"),
    ("Ada Novak", "product-owner"),
    ("Tom Lindqvist", "product-manager"),
    ("Samir Haddad", "release-manager"),
    ("Carla Ruiz", "cto"),
    ("Omar Diallo", "operations"),
    ("Lena Okafor", "engineer"),
    ("Pavel Horak", "engineer"),
)
_LIMIT = 1 << 20
_PACE = timedelta(minutes=2)


@dataclass
class Shop:
    """Who acts, and when; time goes on with every act."""

    people: dict[str, Actor]
    at: datetime
    ci: Actor = SYSTEM
    build: str = ""

    def by(self, name: str) -> dict[str, Any]:
        """Who and when, for an act; each two minutes after the one before, freshly proved."""
        self.at += _PACE
        proved = dataclasses.replace(self.people[name], proved_at=self.at, components=2)
        return {"by": proved, "at": self.at}

    def by_ci(self) -> dict[str, Any]:
        """The pipeline, and when."""
        self.at += _PACE
        return {"by": self.ci, "at": self.at}

    def key(self, name: str) -> str:
        """The key of a person."""
        return self.people[name].key

    def bring(self, release: str, method: str, data: bytes, *, part: str = "evidence") -> None:
        """Evidence, as the pipeline sends it."""
        digest, size = blobs.store(io.BytesIO(data), _LIMIT)
        name = "changes.diff" if part == "changes" else f"{method.replace(' ', '-')}.out"
        said = Statement(method=method, name=name, part=part, build=self.build)
        take_evidence(release=release, said=said, digest=digest, size=size, **self.by_ci())

    def judge(self, release: str, gate: str) -> str:
        """Have a gate judged; what it says."""
        return ask_gate_run(release=release, gate=gate, claim=None, **self.by_ci()).outcome


def hired(at: datetime) -> Shop:
    """The people, each with a role for every product, three weeks before the story begins."""
    found: dict[str, Actor] = {}
    for name, role in PEOPLE:
        email = f"{name.casefold().replace(' ', '.')}@demo.invalid"
        person, code = invite(name=name, email=email, roles=[(role, "")], by=SYSTEM, at=at)
        account = accept_invitation(code=code, password=secrets.token_urlsafe(48), by=SYSTEM, at=at)
        key = str(person.key)
        actor = Actor(key=key, kind=Kind.PERSON, account_key=str(account.key), via="demo")
        found[role if role not in found else name] = actor
    return Shop(found, at)


def with_pipeline(shop: Shop, at: datetime) -> None:
    """Make the pipeline of the product known."""
    machine = register_machine(name="Demo pipeline", product=PRODUCT, by=SYSTEM, at=at)
    shop.ci = Actor(key=str(machine.key), kind=Kind.MACHINE, account_key=str(machine.key), via="demo")


def artefact(version: str) -> str:
    """SHA-256 of what a release of the shop ships."""
    return hashlib.sha256(f"demo-shop {version}".encode()).hexdigest()


def opened(shop: Shop, version: str, why: str, opens_at: datetime, **facts: str) -> str:
    """A release with everything stated, and its artefact."""
    shop.build = f"{version}+1"
    stated = {
        "build": shop.build,
        "release_class": "minor",
        "justification": why,
        "security_impact": "None: no permission, secret or personal datum is touched",
        "rollback_method": "Deploy the artefact of the release before",
        "rollback_owner": "release-manager",
        "rollback_minutes": 5,
        "scope_in": [f"What {version} brings"],
        "target": "prod",
        "opens_at": opens_at,
        "closes_at": opens_at + timedelta(days=2),
        "zone": "Europe/Berlin",
        **facts,
    }
    release = open_release(product=PRODUCT, version=version, facts=stated, **shop.by("release-manager"))
    key = str(release.key)
    add_artefact(key=key, name="shop.tar.gz", digest=artefact(version), **shop.by("release-manager"))
    return key
