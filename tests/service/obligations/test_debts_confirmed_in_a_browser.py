"""Debts are paid and confirmed, and blockers accepted, with a confirmation in the browser for exactly what is said."""

from __future__ import annotations

from service.confirming import REFUSED, confirmed, outcome
from service.obligations.conftest import begun
from service.shop import now

TEXT = "GO on build 4.3.0; nothing was waived."


def test_a_debt_is_paid_and_confirmed(shop, release):
    (row,) = begun(release, at=now())
    about, path = f"obligation/{row.key}", f"/obligations/{row.key}"
    confirmed(shop.manager, "pay-obligation", about, {"text": TEXT})
    assert outcome(shop.manager.post(f"{path}/payment", {"text": "Another text."})) == REFUSED
    assert outcome(shop.manager.post(f"{path}/payment", {"text": TEXT})) == 201
    confirmed(shop.qa, "confirm-obligation", about, {"text": "Another text."})
    assert outcome(shop.qa.post(f"{path}/confirmation")) == REFUSED
    confirmed(shop.qa, "confirm-obligation", about, {"text": TEXT})
    assert outcome(shop.qa.post(f"{path}/confirmation")) == 201


def test_a_blocker_is_accepted(shop, release):
    objection = {
        "title": "Vouchers twice",
        "business_impact": "3 % of orders",
        "evidence": "https://t.example/1",
    }
    key = shop.qa.post(f"/releases/{release}/blockers", objection).json()["key"]
    terms = {"mitigation": "Support corrects the total by hand", "owner": "Operations"}
    confirmed(shop.owner, "accept-blocker", f"blocker/{key}", terms | {"owner": "Nobody in particular"})
    assert outcome(shop.owner.post(f"/blockers/{key}/acceptance", terms)) == REFUSED
    confirmed(shop.owner, "accept-blocker", f"blocker/{key}", terms)
    assert outcome(shop.owner.post(f"/blockers/{key}/acceptance", terms)) == 201
