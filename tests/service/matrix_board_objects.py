"""What the authorisation matrix asks for of blockers, change requests, the board and go/no-go meetings."""

from __future__ import annotations

from typing import Any

from service import put_back

from .board.board_stories import CHANGE, LINK, Board
from .matrix_objects import OWN_PRODUCT, Asked, World, asks
from .matrix_product_objects import RELEASE, _released, _shop

# --- blockers


def _objection() -> dict[str, Any]:
    return {
        "title": "Vouchers are taken twice",
        "business_impact": "EUR 900 a day",
        "evidence": "https://tickets.example.org/PAY-7",
    }


@asks(f"GET {RELEASE}/blockers", f"POST {RELEASE}/blockers")
def blockers(world: World) -> Asked:
    _, key = _released(world)
    return Asked({"key": key}, body=_objection() if world.operation.startswith("POST") else None)


NO_ACCEPTANCE = frozenset({"engineering-lead", "release-manager", "security"})
"""Who raises blockers and takes their own back, and answers none of another."""


@asks("GET /blockers/{key}", "POST /blockers/{key}/resolution", "POST /blockers/{key}/acceptance")
def a_blocker(world: World) -> Asked:
    shop, release = _released(world)
    made = shop.engineering.post(f"/releases/{release}/blockers", _objection())
    bodies = {
        "resolution": {"said": "Mended in build 512", "evidence": LINK},
        "acceptance": {"mitigation": "Support corrects the total", "owner": "Olga Petrova"},
    }
    act = world.operation.rpartition("/")[2]
    denied = NO_ACCEPTANCE if act == "resolution" else frozenset()
    return Asked({"key": made.json()["key"]}, body=bodies.get(act), denied=denied)


# --- the board

NO_SEAT = frozenset({"engineering-lead", "cto", "sponsor", "product-owner"})
ONLY_CHAIR = frozenset(
    {
        "engineering-lead",
        "qa-lead",
        "product-owner",
        "product-manager",
        "sponsor",
        "cto",
        "operations",
        "security",
    }
)


def _board(world: World) -> Any:
    shop = _shop(world, adopted=False)
    return put_back.once("matrix board", lambda: Board(shop, world.person))


@asks(
    "GET /products/{product}/change-requests",
    f"POST {RELEASE}/change-requests",
    "POST /products/{product}/change-templates",
)
def change_requests(world: World) -> Asked:
    board = _board(world)
    params = {"product": OWN_PRODUCT, "key": board.release}
    return Asked(params, body=None if world.operation.startswith("GET") else CHANGE)


ONE_CHANGE = "/change-requests/{key}"


@asks(
    f"GET {ONE_CHANGE}",
    f"PATCH {ONE_CHANGE}",
    f"POST {ONE_CHANGE}/moves",
    f"POST {ONE_CHANGE}/implementation",
    f"POST {ONE_CHANGE}/outcome",
    f"POST {ONE_CHANGE}/closure",
)
def a_change_request(world: World) -> Asked:
    from flightrules.service.board.models import ChangeRequest

    board = _board(world)
    last = world.operation.rpartition("/")[2]
    if last == "implementation":
        key = board.approved()
        board.move(key, "scheduled")
        # of the deployers of the matrix none has asked for the change or approved it
        return Asked({"key": key})
    key = board.change()["key"]
    states = {"outcome": {"state": "implement"}, "closure": {"state": "review", "outcome": "successful"}}
    ChangeRequest.objects.filter(pk=key).update(**states.get(last, {}))
    bodies: dict[str, Any] = {
        "moves": {"to": "assess"},
        "outcome": {"outcome": "successful"},
        "closure": {"review": "Nothing to add"},
    }
    if world.operation.startswith("PATCH"):
        tag = board.shop.qa.get(f"/change-requests/{key}")["ETag"]
        return Asked({"key": key}, body={"risk": "Low"}, headers={"If_Match": tag})
    return Asked({"key": key}, body=bodies.get(last))


@asks("GET /products/{product}/board-sessions", "POST /products/{product}/board-sessions")
def board_sessions(world: World) -> Asked:
    board = _board(world)
    body = {"starts_at": world.now.isoformat(), "agenda": [board.waiting()]}
    return Asked({"product": OWN_PRODUCT}, body=body if world.operation.startswith("POST") else None)


@asks(
    "GET /board-sessions/{key}",
    "POST /board-sessions/{key}/attendance",
    "POST /board-sessions/{key}/closure",
)
def a_board_session(world: World) -> Asked:
    board = _board(world)
    session = board.call(board.waiting()).json()["key"]
    return Asked({"key": session}, body={"action": "join"} if world.operation.endswith("ance") else None)


@asks(
    "GET /board-items/{key}",
    "POST /board-items/{key}/scorecards",
    "POST /board-items/{key}/votes",
    "POST /board-items/{key}/answer",
)
def a_board_item(world: World) -> Asked:
    board = _board(world)
    item = board.on_agenda(board.waiting())
    area = {"rating": "green", "rationale": "Measured", "evidence": LINK}
    names = ("risk", "testing", "business_impact", "rollback", "operations")
    bodies: dict[str, tuple[Any, frozenset[str]]] = {
        "scorecards": (dict.fromkeys(names, area), frozenset()),
        "votes": ({"choice": "approve", "shown_sha256": board.shown(item)}, NO_SEAT),
        "answer": (
            {"outcome": "approved", "rationale": "As agreed", "shown_sha256": board.shown(item)},
            ONLY_CHAIR,
        ),
    }
    if world.operation.endswith("answer"):
        board.voted(item)
    body, denied = bodies.get(world.operation.rpartition("/")[2], (None, frozenset()))
    return Asked({"key": item}, body=body, denied=denied)


@asks(f"GET {RELEASE}/meetings", f"POST {RELEASE}/meetings")
def meetings(world: World) -> Asked:
    _, key = _released(world)
    body = {"starts_at": world.now.isoformat()} if world.operation.startswith("POST") else None
    return Asked({"key": key}, body=body)


@asks(
    "GET /meetings/{key}",
    "POST /meetings/{key}/attendance",
    "POST /meetings/{key}/closure",
    "GET /meetings/{key}/minutes",
    "GET /meetings/{key}/minutes.{form}",
)
def a_meeting(world: World) -> Asked:
    shop, release = _released(world)
    key = shop.manager.post(f"/releases/{release}/meetings", {"starts_at": world.now.isoformat()}).json()[
        "key"
    ]
    if world.operation.endswith("attendance"):
        return Asked({"key": key}, body={"action": "join"})
    shop.qa.post(f"/meetings/{key}/attendance", {"action": "join"})
    body = {"addressed_first": ["The voucher defect"]}
    if "minutes" in world.operation:
        shop.manager.post(f"/meetings/{key}/closure", body)
    return Asked({"key": key, "form": "md"}, body=body if world.operation.endswith("closure") else None)
