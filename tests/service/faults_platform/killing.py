"""A script: one act, asked for through REST by processes that are killed at one step of it after the other.

    python killing.py ACT

It runs in the environment of an office. A step is a statement to the database, which is not sent any more, or
a commit, before which and after which the process is killed. Every process asks under the same idempotency
key: each is the retry of the one before. After each kill the database holds no trace of the act, or all of it,
as much as an undisturbed run leaves. It prints what it counted, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flightrules.service.config.start import start

start()

from django.apps import apps  # noqa: E402
from django.db import connection, connections  # noqa: E402

from flightrules.service.door.models import KeptAnswer  # noqa: E402
from flightrules.service.emergencies.models import Classification  # noqa: E402
from flightrules.service.people.models import ApiToken, SigningSession  # noqa: E402
from flightrules.service.readiness.models import Approval  # noqa: E402
from flightrules.service.records.models import Entry  # noqa: E402
from people_stories import now  # noqa: E402
from service.decisions.deciding import Case  # noqa: E402
from service.emergencies.conftest import BOOK, REASON  # noqa: E402
from service.faults_platform.lanes import (  # noqa: E402
    Lane,
    agreement,
    lane_to_go,
    lane_to_override,
    person,
    shop_here,
)

_COUNTED_ONLY = (ApiToken, Entry)  # a proof is given again each time; entries are never rewritten


@dataclass
class Scene:
    """What is asked for, by whom, and from where on."""

    lane: Lane
    moment: str
    who: Any
    path: str
    body: dict[str, Any]

    def ask(self, key: str) -> Any:
        return self.who.post(self.path, self.body, Idempotency_Key=key)


def _to_go(moment: str) -> Lane:
    return lane_to_go(shop_here(), "5.0.0")


def vote() -> Scene:
    lane = _to_go("vote")
    body = {"choice": "go", "role": "product-owner", "dossier": lane.digest}
    return Scene(lane, "vote", lane.case.shop.owner, f"/polls/{lane.case.poll}/votes", body)


def verdict() -> Scene:
    lane = _to_go("verdict")
    path = f"/releases/{lane.release}/quality-verdict"
    return Scene(lane, "verdict", lane.case.shop.qa, path, {"choice": "go", "dossier": lane.digest})


def decide() -> Scene:
    lane = _to_go("decide")
    body = {"outcome": "GO", "dossier": lane.digest}
    return Scene(lane, "decide", lane.case.shop.owner, f"/polls/{lane.case.poll}/decision", body)


def override() -> Scene:
    shop, cto = shop_here(), person("cto")
    shop.adopt()
    lane = lane_to_override(shop, cto, "5.0.0")
    return Scene(lane, "conclude", cto, f"/overrides/{lane.case.poll}/signatures", agreement(lane))


def classification() -> Scene:
    shop, cto, author = shop_here(), person("cto"), person("viewer")
    shop.adopt(BOOK)
    lane = Lane(Case(shop, shop.release("5.0.1")["key"]), [cto])
    lane.remember("open")
    body = {"reason": REASON, "reference": "CVE-2026-12345", "paths": ["src/pay/"], "authors": [author.key]}
    return Scene(lane, "open", cto, f"/releases/{lane.release}/emergency", body)


def waiver() -> Scene:
    shop = shop_here()
    shop.adopt()
    lane = Lane(Case(shop, shop.release("5.0.0")["key"]), [shop.qa])
    lane.remember("open")
    body = {
        "criterion": "coverage",
        "reason": "The rest is measured on Monday.",
        "compensating_control": "Ada Novak tries the checkout by hand.",
        "expires_at": (now() + timedelta(days=2)).isoformat(),
        "role": "qa-lead",
    }
    return Scene(lane, "open", shop.qa, f"/releases/{lane.release}/waivers", body)


ACTS = {one.__name__: one for one in (vote, verdict, decide, override, classification, waiver)}


def standing() -> dict[str, tuple[int, str]]:
    """How many rows each table holds, and a digest of what is in them."""
    found = {}
    for model in apps.get_models():
        if model in _COUNTED_ONLY:
            found[model.__name__] = (model.objects.count(), "")
            continue
        rows = sorted(repr(row) for row in model._default_manager.values_list())
        found[model.__name__] = (len(rows), hashlib.sha256("".join(rows).encode()).hexdigest())
    return found


def added(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> dict[str, int]:
    """How many rows of each kind came to be."""
    return {name: after[name][0] - before[name][0] for name in after if after[name][0] != before[name][0]}


def killed_at(step: int, ask: Callable[[], Any]) -> tuple[bool, bytes]:
    """Ask in a process of its own that is killed at this step; whether it was, else what it was answered."""
    connections.close_all()  # nobody inherits a line
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        _count_to(step)
        answer = ask()
        os.write(there, b"%d " % answer.status_code + answer.content)
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as line:
        said = line.read()
    _, status = os.waitpid(child, 0)
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert was_killed or os.WEXITSTATUS(status) == 0, status
    return was_killed, said


def _count_to(step: int) -> None:
    done = 0

    def reached() -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(execute: Any, *asked: Any) -> Any:
        reached()
        return execute(*asked)

    commit = connection._commit

    def committed() -> None:
        reached()
        commit()
        reached()

    connection.execute_wrappers.append(counted)
    connection._commit = committed


def undisturbed(scene: Scene) -> dict[str, int]:
    """What the act leaves when nobody is killed."""
    before = standing()
    answer = scene.ask("undisturbed")
    assert answer.status_code == 201, answer.content
    left = added(before, standing())
    for model in (SigningSession, Classification, Approval):  # so that the next asking comes to the same
        model.objects.all()._raw_delete("default")
    return left


def main(act: str) -> None:
    scene = ACTS[act]()
    scene.lane.put_back(scene.moment)
    SigningSession.objects.all()._raw_delete("default")
    left = undisturbed(scene)
    assert left.get("Entry", 0) >= 1, left
    scene.lane.put_back(scene.moment)
    before, step, traces, answer = standing(), 0, [], None
    while True:
        step += 1
        scene.lane.prove()
        was_killed, said = killed_at(step, lambda: scene.ask("again"))
        after = standing()
        there = added(before, after)
        assert after == before or there == left, (step, there, left)
        traces.append(after != before)
        if traces[-1]:
            again = scene.ask("again")
            assert (again.status_code, again["Idempotent-Replay"]) == (201, "true"), again.content
            answer = answer or again.content
            assert again.content == answer
            assert added(before, standing()) == left, step
        if not was_killed:
            assert said == b"201 " + (answer or b"")
            break
    whole = traces.index(True)  # from here on it is done, and never undone
    assert all(traces[whole:])
    kept = KeptAnswer.objects.get(account=scene.who.account_key, key="again")
    assert bytes(kept.body) == answer
    said_of = {"act": act, "steps": step - 1, "without_a_trace": whole, "whole": len(traces) - whole - 1}
    sys.stdout.write(json.dumps(said_of | {"left": left}))


if __name__ == "__main__":
    main(sys.argv[1])
