"""What stories about decisions share: a release of the shop that is ready, and the way to a decision through the door."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flightrules.service.records.models import Entry
from people_stories import actor_of, now, prove_now
from service import put_back
from service.shop import DIGEST, RULEBOOK, Shop


@dataclass
class Case:
    """One release on its way, and the shop's people acting on it."""

    shop: Shop
    key: str
    poll: str = ""
    made: list[Any] = field(default_factory=list)

    def dossier(self, who: Any = None) -> str:
        """Be handed the dossier; returns its digest."""
        answer = (who or self.shop.qa).post(f"/releases/{self.key}/dossier")
        assert answer.status_code == 201, answer.content
        return answer.json()["digest"]

    def open(self, moment: str = "final", who: Any = None) -> Any:
        answer = (who or self.shop.manager).post(f"/releases/{self.key}/polls", {"moment": moment})
        if answer.status_code == 201:
            self.poll = answer.json()["key"]
        return answer

    def verdict(self, choice: str = "go", who: Any = None, **said: Any) -> Any:
        who = who or self.shop.qa
        prove_now(who)
        body = {"choice": choice, "dossier": said.pop("dossier", None) or self.dossier(who), **said}
        return who.post(f"/releases/{self.key}/quality-verdict", body)

    def vote(self, choice: str = "go", who: Any = None, role: str = "product-owner", **said: Any) -> Any:
        who = who or self.shop.owner
        prove_now(who)
        body = {
            "choice": choice,
            "dossier": said.pop("dossier", None) or self.dossier(who),
            "role": role,
            **said,
        }
        return who.post(f"/polls/{self.poll}/votes", body)

    def decide(self, outcome: str = "GO", who: Any = None, **said: Any) -> Any:
        who = who or self.shop.owner
        prove_now(who)
        body = {"outcome": outcome, "dossier": said.pop("dossier", None) or self.dossier(who), **said}
        return who.post(f"/polls/{self.poll}/decision", body)

    def voted(self) -> None:
        """Everything that a GO takes, short of the decision."""
        for answer in (self.open(), self.verdict(), self.vote()):
            assert answer.status_code == 201, answer.content

    def gone(self) -> dict[str, Any]:
        """All the way to GO."""
        self.voted()
        answer = self.decide()
        assert answer.status_code == 201, answer.content
        return answer.json()

    def now(self) -> dict[str, Any]:
        answer = self.shop.owner.get(f"/polls/{self.poll}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def release(self) -> dict[str, Any]:
        return self.shop.manager.get(f"/releases/{self.key}").json()

    def sign_offs(self, **asked: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        return self.shop.owner.get(f"/releases/{self.key}/sign-offs?{query}").json()["items"]

    def decision(self, key: str) -> dict[str, Any]:
        return self.shop.owner.get(f"/decisions/{key}").json()

    def edit(self, **facts: Any) -> None:
        tag = self.shop.manager.get(f"/releases/{self.key}")["ETag"]
        answer = self.shop.manager.patch(f"/releases/{self.key}", facts, If_Match=tag)
        assert answer.status_code == 200, answer.content

    def judge(self) -> None:
        self.shop.run(self.key, "entry")
        self.shop.run(self.key, "exit")


def case_of(
    shop: Shop,
    book: str = RULEBOOK,
    *,
    adopted: bool = True,
    version: str = "4.3.0",
    gates: tuple[str, ...] = ("entry", "exit"),
    **facts: Any,
) -> Case:
    """A release that everything was stated of and both gates let through."""
    what = ("case", book, adopted, version, gates, repr(sorted(facts.items())))
    return Case(shop, put_back.once(what, lambda: _made_case(shop, book, adopted, version, gates, facts)))


def _made_case(
    shop: Shop, book: str, adopted: bool, version: str, gates: tuple[str, ...], facts: dict[str, Any]
) -> str:
    if adopted:
        shop.adopt(book)
    stated = {
        "justification": "Customers wait for the new checkout.",
        "scope_in": ["checkout"],
        "target": "prod",
        "build": "4.3.0+17",
        "opens_at": (now() + timedelta(hours=1)).isoformat(),
        "closes_at": (now() + timedelta(hours=9)).isoformat(),
        "zone": "Europe/Berlin",
        **facts,
    }
    key: str = shop.release(version, **stated)["key"]
    assert (
        shop.manager.post(f"/releases/{key}/artefacts", {"name": "image", "sha256": DIGEST}).status_code
        == 201
    )
    shop.all_green(key)
    for gate in gates:
        shop.run(key, gate)
    return key


def entries(tag: str) -> list[dict[str, Any]]:
    """The data of all entries of a kind, oldest first."""
    rows = Entry.objects.filter(tag=tag).order_by("pk")
    return [json.loads(bytes(row.body))["data"] for row in rows]


def proved(caller: Any, at: Any = None) -> Any:
    """The caller as an actor with a fresh proof, for acts that are asked at another time than now."""
    return actor_of(caller, proved_at=at or now())


def code(answer: Any) -> str:
    """The code of a refusal."""
    return answer.json().get("code", "")
