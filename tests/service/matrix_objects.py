"""What the authorisation matrix asks for: for each operation something real in the product ``shop``, and a good body.

A room registers its operations here, one function for each thing that they are about::

    @asks("GET /releases/{key}", "PATCH /releases/{key}")
    def a_release(world: World) -> Asked: ...

``{key}`` and the like are filled from ``Asked.params``. The matrix rolls everything back after each cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OWN_PRODUCT, FOREIGN_PRODUCT = "shop", "bank"


@dataclass
class Asked:
    """How an operation is asked so that it would be carried out for who may.

    Attributes:
        params: what fills the path.
        body: the JSON body; ``raw`` is one of another kind.
        query: with the question mark.
        headers: such as ``If_Match``.
        office: the operation is about the whole office, not about one product.
        filters: who may not see gets an answer without the things, where others get them; ``hides`` is a text of
            the answer that they must not get.
        denied: roles that have the power and are still denied, by a rule that the room's own tests hold.
        machines_denied: only people may, although machines have the power.
    """

    params: dict[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    content_type: str = "application/json"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    office: bool = False
    filters: bool = False
    hides: str = ""
    denied: frozenset[str] = frozenset()
    machines_denied: bool = False


@dataclass
class World:
    """What a maker works with: people with roles, and the moment at which the doors will be asked."""

    person: Callable[..., Any]
    now: datetime
    operation: str

    def caller(self, *roles: str, product: str = OWN_PRODUCT) -> Any:
        """Somebody with roles in the product, at the REST door."""
        return self.person(*roles, product=product)

    def read_tag(self, path: str, *roles: str) -> str:
        """The ETag of what lies there."""
        answer = self.person(*(roles or ("viewer",)), product="").get(path)
        return str(answer["ETag"])


Maker = Callable[[World], Asked]
MAKERS: dict[str, Maker] = {}


def asks(*operations: str) -> Callable[[Maker], Maker]:
    """Register a maker for these operations."""

    def registered(maker: Maker) -> Maker:
        for operation in operations:
            assert operation not in MAKERS, f"{operation} has two makers"
            MAKERS[operation] = maker
        return maker

    return registered


# --- people


def _administrator(world: World) -> Any:
    """Somebody else who manages people, so that nobody under test is the last one."""
    return world.person("administrator", product="")


def _actor(caller: Any, world: World) -> Any:
    from people_stories import actor_of

    return actor_of(caller, proved_at=world.now)


@asks("GET /me", "GET /tokens", "GET /delegations")
def oneself(_world: World) -> Asked:
    return Asked(office=True)


@asks("GET /people")
def everybody(_world: World) -> Asked:
    return Asked(office=True)


@asks("POST /people")
def an_invitation(world: World) -> Asked:
    _administrator(world)
    return Asked(office=True, body={"name": "Bea", "email": "bea@example.org"})


@asks(
    "GET /people/{key}",
    "PATCH /people/{key}",
    "POST /people/{key}/disable",
    "POST /people/{key}/accounts",
    "GET /people/{key}/accounts",
    "GET /people/{key}/roles",
    "POST /people/{key}/roles",
)
def a_person(world: World) -> Asked:
    someone = world.person("engineer", product="")
    bodies = {
        "PATCH /people/{key}": {"name": "Cleo"},
        "POST /people/{key}/disable": {"reason": "left"},
        "POST /people/{key}/accounts": {"email": "second@example.org"},
        "POST /people/{key}/roles": {"role": "viewer"},
    }
    headers = {}
    if world.operation.startswith("PATCH"):
        headers["If_Match"] = world.read_tag(f"/people/{someone.key}", "administrator")
    return Asked({"key": someone.key}, body=bodies.get(world.operation), headers=headers, office=True)


@asks("POST /people/{key}/enable", "POST /people/{key}/erase")
def a_disabled_person(world: World) -> Asked:
    from flightrules.service.people.models import Person

    someone = world.person("engineer", product="")
    Person.objects.filter(pk=someone.key).update(disabled_at=world.now)
    body = {"ground": "request 7"} if world.operation.endswith("erase") else None
    return Asked({"key": someone.key}, body=body, office=True)


@asks("DELETE /people/{key}/roles/{grant}")
def a_grant(world: World) -> Asked:
    from flightrules.service.people.models import RoleGrant

    someone = world.caller("engineer")
    grant = RoleGrant.objects.get(person_id=someone.key)
    return Asked({"key": someone.key, "grant": str(grant.key)}, hides=str(grant.key))


@asks("GET /products/{product}/people")
def holders(_world: World) -> Asked:
    return Asked({"product": OWN_PRODUCT})


@asks("POST /accounts/{key}/disable", "POST /accounts/{key}/enable")
def an_account(world: World) -> Asked:
    from flightrules.service.people.models import Account

    someone = world.person("engineer", product="")
    if world.operation.endswith("enable"):
        Account.objects.filter(key=someone.account_key).update(is_active=False)
        return Asked({"key": someone.account_key}, office=True)
    return Asked({"key": someone.account_key}, body={"reason": "lost"}, office=True)


@asks("GET /machines", "POST /machines")
def machines(world: World) -> Asked:
    if world.operation.startswith("GET"):
        return Asked(query=f"?product={OWN_PRODUCT}")
    return Asked(body={"name": "ci", "product": OWN_PRODUCT})


@asks(
    "POST /machines/{key}/disable",
    "GET /machines/{key}/tokens",
    "POST /machines/{key}/tokens",
    "DELETE /machines/{key}/tokens/{token}",
)
def a_machine(world: World) -> Asked:
    from flightrules.service.people import services

    by = _actor(_administrator(world), world)
    machine = services.register_machine(name="ci", product=OWN_PRODUCT, by=by, at=world.now)
    token, _ = services.issue_machine_token(
        machine=str(machine.key), title="ci", scopes=["read"], days=1, by=by, at=world.now
    )
    issues = world.operation == "POST /machines/{key}/tokens"
    body = {"title": "x", "scopes": ["read"], "days": 1} if issues else None
    return Asked({"key": str(machine.key), "token": str(token.key)}, body=body)


@asks(
    "GET /machines/{key}/identities",
    "POST /machines/{key}/identities",
    "DELETE /machines/{key}/identities/{identity}",
)
def a_workload(world: World) -> Asked:
    from flightrules.service.people import services

    issuer = "https://issuer.example.org"
    by = _actor(_administrator(world), world)
    machine = services.register_machine(name="ci", product=OWN_PRODUCT, by=by, at=world.now)
    trust = {"issuer": issuer, "audience": "flightrules", "subject": "repo:acme/shop:*"}
    one = services.add_identity(machine=str(machine.key), trust=services.Trust(**trust), by=by, at=world.now)
    body = trust if world.operation.startswith("POST") else None
    return Asked({"key": str(machine.key), "identity": str(one.key)}, body=body)


@asks("GET /machines/{key}/keys", "POST /machines/{key}/keys", "DELETE /machines/{key}/keys/{public}")
def a_key_of_a_machine(world: World) -> Asked:
    from flightrules.ledger.keys import generate_key
    from flightrules.service.people import services

    by = _actor(_administrator(world), world)
    machine = services.register_machine(name="ci", product=OWN_PRODUCT, by=by, at=world.now)
    one, other = (generate_key().public.to_pem().decode() for _ in range(2))
    made = services.add_key(machine=str(machine.key), pem=one, by=by, at=world.now)
    body = {"pem": other} if world.operation.startswith("POST") else None
    return Asked({"key": str(machine.key), "public": str(made.key)}, body=body)


@asks("GET /teams", "POST /teams", "GET /teams/{key}", "PUT /teams/{key}")
def a_team(world: World) -> Asked:
    from flightrules.service.people import services

    by = _actor(_administrator(world), world)
    team = services.open_team(name="Till", product=OWN_PRODUCT, by=by, at=world.now)
    body: dict[str, Any] | None = {"name": "Till", "members": []}
    if world.operation == "POST /teams":
        return Asked(body={"name": "Till", "product": OWN_PRODUCT})
    if world.operation == "GET /teams":
        return Asked(query=f"?product={OWN_PRODUCT}")
    headers = {"If_Match": world.read_tag(f"/teams/{team.key}")} if world.operation.startswith("PUT") else {}
    return Asked({"key": str(team.key)}, body=body if headers else None, headers=headers)


@asks("GET /deputies", "POST /deputies", "POST /deputies/{key}/end")
def a_deputy(world: World) -> Asked:
    from flightrules.service.people import services

    lead, second = world.caller("qa-lead"), world.person()
    named = {"holder": lead.key, "deputy": second.key, "role": "qa-lead", "product": OWN_PRODUCT}
    if world.operation == "GET /deputies":
        return Asked(query=f"?product={OWN_PRODUCT}")
    if world.operation == "POST /deputies":
        return Asked(body=named)
    row = services.name_deputy(**named, by=_actor(_administrator(world), world), at=world.now)
    return Asked({"key": str(row.key)})


@asks("GET /rasci/{product}", "PUT /rasci/{product}")
def a_rasci(world: World) -> Asked:
    if world.operation.startswith("GET"):
        return Asked({"product": OWN_PRODUCT})
    world.person("release-manager", product="").post("/products", {"key": OWN_PRODUCT, "name": "Shop"})
    tag = world.read_tag(f"/rasci/{OWN_PRODUCT}")
    return Asked({"product": OWN_PRODUCT}, body={"preset": "cab-led"}, headers={"If_Match": tag})
