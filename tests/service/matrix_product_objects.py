"""What the authorisation matrix asks for in a product: its rulebook, releases, evidence, registers and notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flightrules.service.people.powers import BUILT_IN_ROLES
from people_stories import prove_now
from service import put_back

from .matrix_objects import OWN_PRODUCT, Asked, World, asks
from .shop import DIGEST, RULEBOOK, Shop, coverage, junit

RELEASE = "/releases/{key}"
SOON = "until 2100-01-01T00:00Z"
ONLY_QA_LEAD = frozenset(
    {"release-manager", "product-manager", "cto", "security", "sponsor", "product-owner"}
)


def _machine(world: World) -> Any:
    from flightrules.service.people.models import ApiToken, Machine
    from flightrules.service.people.one_time import digest_of

    machine = Machine.objects.create(name="CI", product=OWN_PRODUCT)
    caller = world.person()
    caller.key, caller.token = str(machine.key), f"frt_maker-{machine.key}"
    ApiToken.objects.create(
        machine=machine,
        digest=digest_of(caller.token),
        title="CI",
        scopes=["read", "bring-evidence"],
        issued_at=world.now,
        expires_at=world.now + timedelta(days=1),
    )
    return caller


def _shop(world: World, *, adopted: bool = True) -> Shop:
    shop = put_back.once("matrix shop", lambda: _opened(world))
    if adopted:
        shop.adopt()
    return shop


def _opened(world: World) -> Shop:
    manager = world.person("release-manager", product="")
    assert manager.post("/products", {"key": OWN_PRODUCT, "name": "Shop"}).status_code == 201
    return Shop(
        qa=world.caller("qa-lead"),
        engineering=world.caller("engineering-lead"),
        owner=world.caller("product-owner"),
        manager=manager,
        product_manager=world.caller("product-manager"),
        ci=_machine(world),
        stranger=None,
    )


def _released(world: World) -> tuple[Shop, str]:
    shop = _shop(world)
    return shop, put_back.once("released", lambda: shop.release()["key"])


# --- catalogue


@asks("GET /products", "POST /products")
def products(world: World) -> Asked:
    if world.operation.startswith("POST"):
        return Asked(body={"key": "fresh", "name": "Fresh"}, office=True)
    _shop(world, adopted=False)
    return Asked(filters=True, hides='"shop"')


@asks(
    "GET /products/{key}",
    "PATCH /products/{key}",
    "GET /products/{key}/environments",
    "GET /products/{key}/rulebooks",
)
def a_product(world: World) -> Asked:
    shop = _shop(world)
    params = {"key": OWN_PRODUCT}
    if world.operation.startswith("GET"):
        return Asked(params)
    tag = shop.manager.get(f"/products/{OWN_PRODUCT}")["ETag"]
    return Asked(params, body={"name": "Till"}, headers={"If_Match": tag})


@asks("POST /products/{key}/rulebooks")
def a_proposal(world: World) -> Asked:
    _shop(world)
    text = RULEBOOK.replace("97%", "98%")
    return Asked(
        {"key": OWN_PRODUCT}, raw=text.encode(), content_type="application/yaml", query="?reason=stricter"
    )


@asks(
    "GET /products/{key}/rulebooks/{number}",
    "GET /products/{key}/rulebooks/{number}/source",
    "POST /products/{key}/rulebooks/{number}/signatures",
)
def an_edition(world: World) -> Asked:
    shop = _shop(world)
    shop.propose(RULEBOOK.replace("97%", "98%"))
    params = {"key": OWN_PRODUCT, "number": "2"}
    if world.operation.startswith("GET"):
        return Asked(params)
    others = frozenset(
        {"engineering-lead", "product-owner", "product-manager"}
    )  # each signs in a role of their own
    return Asked(params, body={"role": "qa-lead"}, denied=others)


# --- releases


@asks("GET /releases", "POST /releases")
def releases(world: World) -> Asked:
    _, key = _released(world)
    if world.operation.startswith("GET"):
        return Asked(filters=True, hides=key)
    return Asked(body={"product": OWN_PRODUCT, "version": "5.0.0"})


@asks(
    f"GET {RELEASE}",
    f"PATCH {RELEASE}",
    f"GET {RELEASE}/artefacts",
    f"POST {RELEASE}/artefacts",
    f"POST {RELEASE}/withdrawal",
    f"GET {RELEASE}/evidence",
    f"GET {RELEASE}/gate-runs",
    f"GET {RELEASE}/readiness",
    f"GET {RELEASE}/waivers",
    f"GET {RELEASE}/risks",
    f"POST {RELEASE}/risks",
    f"GET {RELEASE}/checklist-items",
    f"POST {RELEASE}/checklists",
    f"GET {RELEASE}/register-reviews",
    f"POST {RELEASE}/register-reviews",
)
def a_release(world: World) -> Asked:
    shop, key = _released(world)
    bodies: dict[str, Any] = {
        f"PATCH {RELEASE}": {"build": "4.3.0+1"},
        f"POST {RELEASE}/artefacts": {"name": "shop.whl", "sha256": DIGEST},
        f"POST {RELEASE}/withdrawal": {"reason": "cancelled"},
        f"POST {RELEASE}/risks": _risk(),
        f"POST {RELEASE}/checklists": {"checklist": "readiness"},
        f"POST {RELEASE}/register-reviews": {"note": "Compared with the tracker."},
    }
    headers = {}
    if world.operation.startswith("PATCH"):
        headers["If_Match"] = shop.manager.get(f"/releases/{key}")["ETag"]
    return Asked({"key": key}, body=bodies.get(world.operation), headers=headers)


@asks(f"POST {RELEASE}/entry-override")
def a_failing_entry(world: World) -> Asked:
    shop, key = _released(world)
    shop.bring(key, "smoke run", junit(10, 10, suite="smoke"))
    shop.run(key, "entry")
    return Asked({"key": key}, body={"reason": "The failing tests are of the old page."})


@asks(f"POST {RELEASE}/evidence")
def evidence_to_bring(world: World) -> Asked:
    _, key = _released(world)
    return Asked(
        {"key": key},
        raw=junit(20),
        content_type="application/octet-stream",
        query="?method=CI%20pipeline&name=junit.xml",
    )


@asks(f"POST {RELEASE}/gate-runs")
def a_gate_to_run(world: World) -> Asked:
    shop, key = _released(world)
    shop.all_green(key)
    return Asked({"key": key}, body={"gate": "exit"})


# --- readiness


@asks(
    "GET /evidence/{key}",
    "GET /evidence/{key}/content",
    "POST /evidence/{key}/tombstone",
    "POST /evidence/{key}/fewer-tests",
)
def evidence(world: World) -> Asked:
    shop, key = _released(world)
    shop.bring(key, "CI pipeline", junit(90))
    part = shop.bring(key, "CI pipeline", junit(40)).json()
    body = {"reason": "The old search was removed."} if world.operation.startswith("POST") else None
    return Asked({"key": part["key"]}, body=body)


@asks("GET /gate-runs/{key}", "GET /gate-runs/{key}/report.{form}")
def a_gate_run(world: World) -> Asked:
    shop, key = _released(world)
    shop.all_green(key)
    return Asked({"key": shop.run(key)["key"], "form": "json"})


@asks("GET /products/{product}/defects", "POST /products/{product}/defects")
def defects(world: World) -> Asked:
    _shop(world)
    body = {"number": "PROJ-1", "title": "Two vouchers", "severity": "P2"}
    return Asked({"product": OWN_PRODUCT}, body=body if world.operation.startswith("POST") else None)


@asks("GET /defects/{key}", "PATCH /defects/{key}", "POST /defects/{key}/acceptances")
def a_defect(world: World) -> Asked:
    shop, release = _released(world)
    made = shop.qa.post(
        f"/products/{OWN_PRODUCT}/defects", {"number": "PROJ-1", "title": "Two vouchers", "severity": "P2"}
    ).json()
    params = {"key": made["key"]}
    if world.operation.startswith("PATCH"):
        tag = shop.qa.get(f"/defects/{made['key']}")["ETag"]
        return Asked(params, body={"title": "Three vouchers"}, headers={"If_Match": tag})
    if world.operation.startswith("GET"):
        return Asked(params)
    body = {"release": release, "role": "qa-lead", "terms": _terms(world)}
    return Asked(params, body=body, denied=ONLY_QA_LEAD)


def _terms(world: World) -> dict[str, str]:
    later = world.now + timedelta(days=30)
    return {
        "affected_users": "About 3 % of orders",
        "business_impact": "EUR 900 a day",
        "mitigation": "Support corrects the total",
        "monitoring": "A dashboard counts them",
        "resolution_target": later.date().isoformat(),
        "expires_at": later.isoformat(),
    }


@asks("POST /acceptances/{key}/end")
def an_acceptance(world: World) -> Asked:
    shop, release = _released(world)
    defect = {"number": "PROJ-1", "title": "Two vouchers", "severity": "P2"}
    made = shop.qa.post(f"/products/{OWN_PRODUCT}/defects", defect).json()
    body = {"release": release, "role": "qa-lead", "terms": _terms(world)}
    prove_now(shop.qa)
    accepted = shop.qa.post(f"/defects/{made['key']}/acceptances", body)
    assert accepted.status_code == 201, accepted.content
    return Asked({"key": accepted.json()["key"]}, body={"reason": "It was mended."})


def _waiver(world: World) -> dict[str, Any]:
    return {
        "criterion": "coverage",
        "reason": "Generated code came in with this release.",
        "compensating_control": "It is covered by contract tests.",
        "expires_at": (world.now + timedelta(days=3)).isoformat(),
        "role": "qa-lead",
    }


@asks(f"POST {RELEASE}/waivers", "POST /waivers/{key}/end")
def a_waiver(world: World) -> Asked:
    shop, key = _released(world)
    shop.all_green(key)
    shop.bring(key, "coverage report", coverage(70))
    if world.operation.endswith("waivers"):
        return Asked({"key": key}, body=_waiver(world), denied=ONLY_QA_LEAD)
    prove_now(shop.qa)
    made = shop.qa.post(f"/releases/{key}/waivers", _waiver(world)).json()
    return Asked({"key": made["key"]}, body={"reason": "The tests were written."})


@asks("POST /waivers/{key}/approvals")
def a_waiver_of_two(world: World) -> Asked:
    shop = _shop(world, adopted=False)
    shop.adopt(RULEBOOK.replace("waivable_by: [qa_lead]", "waivable_by: [qa_lead, product_manager]"))
    key = shop.release()["key"]
    shop.all_green(key)
    shop.bring(key, "coverage report", coverage(70))
    body = {**_waiver(world), "role": "product-manager"}
    prove_now(shop.product_manager)
    made = shop.product_manager.post(f"/releases/{key}/waivers", body).json()
    return Asked({"key": made["key"]}, body={"role": "qa-lead"}, denied=ONLY_QA_LEAD)


def _risk() -> dict[str, Any]:
    return {
        "title": "One database",
        "impact": "high",
        "probability": "low",
        "owner": "Olga Petrova",
        "review_on": "2099-01-01",
        "mitigation": "A replica is promoted by hand",
    }


@asks("GET /risks/{key}", "PATCH /risks/{key}")
def a_risk(world: World) -> Asked:
    shop, key = _released(world)
    made = shop.qa.post(f"/releases/{key}/risks", _risk()).json()["key"]
    if world.operation.startswith("GET"):
        return Asked({"key": made})
    tag = shop.qa.get(f"/risks/{made}")["ETag"]
    return Asked({"key": made}, body={"state": "closed"}, headers={"If_Match": tag})


@asks("GET /checklists")
def checklists(_world: World) -> Asked:
    return Asked(office=True)


@asks("GET /checklist-items/{key}", "PATCH /checklist-items/{key}")
def a_checklist_item(world: World) -> Asked:
    shop, key = _released(world)
    made = shop.qa.post(f"/releases/{key}/checklists", {"checklist": "readiness"}).json()[0]["key"]
    if world.operation.startswith("GET"):
        return Asked({"key": made})
    tag = shop.qa.get(f"/checklist-items/{made}")["ETag"]
    return Asked({"key": made}, body={"owner": "Ada"}, headers={"If_Match": tag})


# --- notices


CHANNEL = {"title": "Team", "channel": "email", "address": "team@example.org"}


@asks(
    "GET /products/{product}/channels",
    "POST /products/{product}/channels",
    "DELETE /products/{product}/channels/{key}",
    "POST /products/{product}/channels/{key}/trial",
    "GET /products/{product}/notices",
)
def a_channel(world: World) -> Asked:
    shop = _shop(world, adopted=False)
    made = shop.manager.post(f"/products/{OWN_PRODUCT}/channels", CHANNEL)
    assert made.status_code == 201, made.content
    params = {"product": OWN_PRODUCT, "key": made.json()["key"]}
    opens = world.operation.startswith("POST") and world.operation.endswith("channels")
    return Asked(params, body=CHANNEL if opens else None)


@asks("GET /notices", "POST /notices/{key}/resend")
def a_notice(world: World) -> Asked:
    from flightrules.service.jobs.due import State
    from flightrules.service.notices.models import Outbox

    shop = _shop(world, adopted=False)
    channel = shop.manager.post(f"/products/{OWN_PRODUCT}/channels", CHANNEL).json()["key"]
    sent = shop.manager.post(f"/products/{OWN_PRODUCT}/channels/{channel}/trial").json()
    Outbox.objects.update(state=State.DEAD)
    return Asked({"key": sent["key"]}, office=True)


@asks("GET /events")
def events(world: World) -> Asked:
    _shop(world, adopted=False)
    return Asked(query=f"?product={OWN_PRODUCT}")


# --- the ledger, for auditors


@asks("GET /ledger/streams")
def streams(world: World) -> Asked:
    _shop(world, adopted=False)
    return Asked(filters=True, hides='"product/shop"')


@asks("GET /ledger/streams/{name}/head", "GET /ledger/entries", "GET /ledger/proof")
def a_stream(world: World) -> Asked:
    _shop(world, adopted=False)
    stream = f"product/{OWN_PRODUCT}"
    queries = {"GET /ledger/entries": f"?stream={stream}", "GET /ledger/proof": f"?stream={stream}&seq=0"}
    return Asked({"name": stream}, query=queries.get(world.operation, ""))


@asks("GET /products/{key}/case")
def a_product_case(world: World) -> Asked:
    _shop(world)
    return Asked({"key": OWN_PRODUCT})


@asks("GET /releases/{key}/change-authors", "POST /releases/{key}/change-authors")
def change_authors(world: World) -> Asked:
    body = {"head": "c" * 40, "commits": 1, "authors": ["nobody@example.org"]}
    return Asked({"key": _released(world)[1]}, body if world.operation.startswith("POST") else None)


@asks("GET /releases/{key}/case")
def a_release_case(world: World) -> Asked:
    return Asked({"key": _released(world)[1]})


# --- clearance


def _decided(world: World) -> tuple[str, str]:
    """A release that was decided to go on one condition, and the decision."""
    asks_people = "confirm" in world.operation
    return put_back.once(("decided", asks_people), lambda: _made_decision(world, asks_people))


def _made_decision(world: World, asks_people: bool) -> tuple[str, str]:
    from service.decisions.deciding import case_of

    opened = (world.now - timedelta(hours=1)).isoformat()
    case = case_of(_shop(world), adopted=False, opens_at=opened)
    condition = "confirmed by operations: freeze lifted" if asks_people else SOON
    if asks_people:
        world.caller("operations")  # somebody has to hold the role, else nobody may ask for it
    assert case.open().status_code == 201
    assert case.verdict().status_code == 201
    assert case.vote("go-with-conditions", conditions=[condition]).status_code == 201
    made = case.decide("CONDITIONAL GO")
    assert made.status_code == 201, made.content
    return case.key, made.json()["key"]


@asks(
    "GET /clearance",
    "POST /clearance",
    "GET /releases/{key}/verdict",
    "GET /decisions/{key}/attestation",
    "GET /releases/{key}/condition-readings",
    "POST /releases/{key}/condition-readings",
    "POST /releases/{key}/condition-confirmations",
)
def a_clearance(world: World) -> Asked:
    """Each asks about a decision on the artefact of a release; only operations confirms what it asks of them."""
    key, decision = _decided(world)
    if world.operation == "GET /clearance":
        return Asked(query=f"?artefact={DIGEST}&environment=prod", filters=True, hides=key)
    if world.operation == "POST /clearance":
        return Asked(body={"artefact": DIGEST, "environment": "prod"}, filters=True, hides=key)
    if "attestation" in world.operation:
        return Asked({"key": decision})
    if world.operation.endswith("condition-confirmations"):
        others = frozenset(BUILT_IN_ROLES) - {"operations"}
        body = {"condition": "confirmed by operations: freeze lifted"}
        return Asked({"key": key}, body=body, denied=others, machines_denied=True)
    body = {"name": "flag new-checkout", "value": "10", "unit": "%", "taken_at": world.now.isoformat()}
    return Asked({"key": key}, body=None if world.operation.startswith("GET") else body)
