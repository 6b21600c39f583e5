"""What stories of the board share: a rulebook with a board, its people, and the way up to its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from people_stories import now, prove_now
from service import put_back
from service.shop import DIGEST, RULEBOOK, Shop

BOARD = """\
classes:
  major: {approval: cab}
  patch: {approval: fast-track}
governance:
  bodies:
    cab:
      members: [release_manager, product_manager, qa_lead, operations, security_compliance, business_owner]
      chair: release_manager
"""
LINK = "https://ci.example.org/512"
CHANGE: dict[str, Any] = {
    "title": "Vouchers in the till",
    "category": "application",
    "reason": "Shops ask for them",
    "risk": "A wrong total for about 3 % of orders",
    "impact": "The till and the ledger of orders",
    "security_impact": "No new data; codes are checked by the server",
    "rollback": {
        "owner": "Olga Petrova",
        "minutes": 12,
        "steps": "https://wiki.example.org/rollback",
        "evidence": LINK,
    },
    "communication": "Mail to helpdesk and shops the day before",
    "implementation": "Blue, then green",
}


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def made(answer: Any) -> dict[str, Any]:
    """What a good answer holds."""
    assert answer.status_code in (200, 201), answer.content
    found: dict[str, Any] = answer.json()
    return found


class Board:
    """The shop with a board, and a release of the class that needs it."""

    def __init__(self, shop: Shop, person: Any) -> None:
        self.shop, self.person = shop, person
        shop.adopt(RULEBOOK + BOARD)
        self.ops = person("operations", product="shop", name="Olga Petrova")
        self.security = person("security", product="shop", name="Nils Berg")
        self.business = person("business-owner", product="shop", name="Lea Roth")
        self.release = self.new_release("4.3.0")

    def new_release(self, version: str) -> str:
        window = {
            "opens_at": (now() - timedelta(minutes=5)).isoformat(),
            "closes_at": (now() + timedelta(hours=3)).isoformat(),
            "zone": "Europe/Berlin",
        }
        made_release = self.shop.release(version, release_class="major", target="prod", **window)
        key: str = made_release["key"]
        self.name_artefact(key, DIGEST)
        return key

    def name_artefact(self, release: str, digest: str) -> None:
        made(self.shop.manager.post(f"/releases/{release}/artefacts", {"name": "shop.whl", "sha256": digest}))

    def change(self, release: str = "", **changed: Any) -> dict[str, Any]:
        """A change request, raised by the QA lead."""
        path = f"/releases/{release or self.release}/change-requests"
        return made(self.shop.qa.post(path, {**CHANGE, **changed}))

    def move(self, key: str, to: str) -> Any:
        return self.shop.qa.post(f"/change-requests/{key}/moves", {"to": to})

    def waiting(self, release: str = "", **changed: Any) -> str:
        """A change request that waits for the board."""
        what = ("waiting", release, repr(changed))
        return put_back.once(what, lambda: self._waiting(release, changed))

    def _waiting(self, release: str, changed: dict[str, Any]) -> str:
        key: str = self.change(release, **changed)["key"]
        made(self.move(key, "assess"))
        made(self.move(key, "authorize"))
        return key

    def call(self, *agenda: str, **said: Any) -> Any:
        body = {"starts_at": now().isoformat(), "agenda": list(agenda), **said}
        return self.shop.manager.post("/products/shop/board-sessions", body)

    def on_agenda(self, change: str, **said: Any) -> str:
        """An agenda item whose scorecard is filled."""
        item: str = made(self.call(change, **said))["agenda"][0]["key"]
        made(self.score(item))
        return item

    def score(self, item: str, **changed: Any) -> Any:
        area = {"rating": "green", "rationale": "Measured last night", "evidence": LINK}
        names = ("risk", "testing", "business_impact", "rollback", "operations")
        return self.shop.qa.post(f"/board-items/{item}/scorecards", dict.fromkeys(names, area) | changed)

    def shown(self, item: str) -> str:
        return str(self.shop.qa.get(f"/board-items/{item}").json()["shown_sha256"])

    def vote(self, who: Any, item: str, choice: str = "approve", **said: Any) -> Any:
        prove_now(who)
        body = {"choice": choice, "shown_sha256": said.pop("shown", None) or self.shown(item), **said}
        return who.post(f"/board-items/{item}/votes", body)

    def answer(self, item: str, outcome: str = "approved", who: Any = None, **said: Any) -> Any:
        who = who or self.shop.manager
        prove_now(who)
        body = {
            "outcome": outcome,
            "rationale": "Tested twice, taken back in 12 minutes",
            "shown_sha256": said.pop("shown", None) or self.shown(item),
        }
        return who.post(f"/board-items/{item}/answer", body | said)

    def voted(self, item: str) -> None:
        """Three members speak for it; with the chair that is a quorum of six."""
        for who in (self.ops, self.security, self.business):
            made(self.vote(who, item))

    def approved(self, release: str = "", **changed: Any) -> str:
        """A change request that the board has approved."""
        what = ("approved", release, repr(changed))
        return put_back.once(what, lambda: self._approved(release, changed))

    def _approved(self, release: str, changed: dict[str, Any]) -> str:
        key = self.waiting(release, **changed)
        item = self.on_agenda(key)
        self.voted(item)
        made(self.answer(item))
        return key
