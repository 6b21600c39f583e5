"""A list costs the same number of questions to the database for one row as for many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people_stories import prove_now
from service.readiness.test_registers import accept, record
from service.shop import DIGEST, RULEBOOK, junit, now, tracker


def questions(who, path):
    who.get(path)  # the first one also notes that the token was used
    with CaptureQueriesContext(connection) as asked:
        answer = who.get(path)
    assert answer.status_code == 200, answer.content
    return len(answer.json()["items"]), len(asked)


def grow(shop, number):
    """Another of everything that is listed."""
    name = f"4.{number}.0"
    opened = shop.manager.post("/products", {"key": f"shop-{number}", "name": name})
    assert opened.status_code == 201, opened.content
    key = shop.release(name)["key"]
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": DIGEST})
    shop.bring(key, "smoke run", junit(20 + number, suite="smoke"))
    shop.run(key, "entry")
    here = shop.main
    shop.bring(here, "smoke run", junit(30 + number, suite="smoke"), name=f"smoke-{number}")
    shop.bring(here, "issue tracker", tracker())
    shop.run(here, "entry")
    defect = record(shop, f"PROJ-{number}", "P3")
    accept(shop.qa, defect, here, "qa-lead")
    shop.qa.post(f"/releases/{here}/register-reviews", {})
    shop.qa.post(f"/releases/{here}/risks", {**RISK, "title": f"risk {number}"})
    prove_now(shop.qa)
    waiver = shop.qa.post(
        f"/releases/{here}/waivers", {**WAIVER, "expires_at": now().replace(year=2099).isoformat()}
    )
    assert waiver.status_code == 201, waiver.content
    shop.propose(RULEBOOK.replace(">= 97%", f">= {60 + number}%"))


RISK = {
    "impact": "low",
    "probability": "low",
    "owner": "Mira Tan",
    "review_on": "2099-01-01",
    "mitigation": "A queue",
}
WAIVER = {
    "criterion": "coverage",
    "reason": "Generated code came in with this release.",
    "compensating_control": "It is covered by contract tests.",
    "role": "qa-lead",
}


@pytest.fixture
def grown(shop):
    shop.adopt()
    shop.main = shop.release("4.99.0")["key"]
    grow(shop, 1)
    return shop


def test_every_list_of_these_rooms(grown):
    key = grown.main
    paths = (
        "/products",
        "/products/shop/rulebooks",
        "/products/shop/defects",
        "/releases",
        f"/releases/{key}/evidence",
        f"/releases/{key}/gate-runs",
        f"/releases/{key}/risks",
        f"/releases/{key}/waivers",
        f"/releases/{key}/checklist-items",
        f"/releases/{key}/register-reviews",
    )
    few = {path: questions(grown.manager, path) for path in paths}
    for number in (2, 3, 4):
        grow(grown, number)
    many = {path: questions(grown.manager, path) for path in paths}
    assert {path: asked for path, (_, asked) in many.items()} == {
        path: asked for path, (_, asked) in few.items()
    }
    growing = [path for path in paths if "checklist" not in path]
    assert all(many[path][0] >= few[path][0] + 3 for path in growing), many
    assert max(asked for _, asked in many.values()) <= 16


def test_who_may_see_some_products_asks_once_too(grown, person, at):
    """One role in each of several products: seen are exactly those."""
    one = person("viewer", product="shop")
    from flightrules.service.people.models import RoleGrant

    first = questions(one, "/products")
    assert first[0] == 1
    for number in (2, 3, 4):
        grow(grown, number)
        RoleGrant.objects.create(
            person_id=one.key,
            role="viewer",
            product=f"shop-{number}",
            granted_by="x",
            granted_at=at,
            counts_from=at,
        )
    assert questions(one, "/products") == (4, first[1])
    assert questions(grown.ci, "/products")[0] == 1
    assert questions(grown.stranger, "/products")[0] == 0
