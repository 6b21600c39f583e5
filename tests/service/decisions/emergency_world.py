"""Where the emergency machine begins: hotfixes that nobody has classified, their people, and the moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from flightrules.service.emergencies import history
from people_stories import now
from service.decisions.emergency_oracle import ROLES
from service.emergencies.conftest import BOOK
from service.shop import DIGEST, junit

HOTFIXES = 3
AUTHORS = ("author", "cto", "author")
FACTS = {
    "justification": "Orders fail.",
    "scope_in": ["payments"],
    "target": "prod",
    "zone": "Europe/Berlin",
}
PATH = "  escalation: {L1: {contacts: [engineering_lead], respond_within: 1h}}\n"


@dataclass
class Trouble:
    """What every example begins with."""

    keys: list
    people: dict
    machine: object
    start: object
    seen: Counter = field(default_factory=Counter)
    steps: int = 0


def made_trouble(shop, person, machine):
    callers = {"qa": shop.qa, "owner": shop.owner, "pm": shop.product_manager}
    for name, role in ROLES.items():
        if name not in callers:
            callers[name] = person(role, product="shop", name=name.title())
    shop.manager = callers["manager"]
    shop.adopt(BOOK.replace("  negotiated_by", f"{PATH}  negotiated_by"))
    keys, start = [], now()
    window = {"opens_at": start - timedelta(hours=1), "closes_at": start + timedelta(days=400)}
    facts = FACTS | {name: at.isoformat() for name, at in window.items()}
    for number in range(HOTFIXES):
        key = shop.release(f"4.2.{number + 1}", **facts)["key"]
        said = {"name": "image", "sha256": DIGEST}
        assert shop.manager.post(f"/releases/{key}/artefacts", said).status_code == 201
        assert shop.bring(key, "smoke run", junit(20, suite="smoke")).status_code == 201
        shop.run(key, "entry")  # it is in test
        keys.append(key)
    return Trouble(keys, callers, machine, start)


def smoke(good, stamp):
    """The same twenty tests each time, of which two fail or none."""
    data = junit(20, at=stamp, suite="smoke").decode()
    for name in () if good else ("p0", "p1"):
        failed = f'name="{name}" time="0.1"><failure message="no"/></testcase>'
        data = data.replace(f'name="{name}" time="0.1"/>', failed)
    return (data if good else data.replace('failures="0"', 'failures="2"')).encode()


class Counted:
    """While it lasts, releases that the machine only tells of count as decided beside those that are."""

    def __init__(self, others):
        self.others, self.before = others, list(history._decided)

    def __enter__(self):
        [told] = self.before
        history.learn_decided(lambda product: [*told(product), *self.others])

    def __exit__(self, *_):
        history._decided[:] = self.before
