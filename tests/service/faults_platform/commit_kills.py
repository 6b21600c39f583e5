"""A script: one act, whose process is killed while its COMMIT travels, at a random microsecond, again and again.

    python commit_kills.py ACT KILLS

It runs in the environment of an office. Each kill hits somewhere between the sending of the commit and its
return; what the database then holds is looked at, and the act is asked for again under the same idempotency
key. There is no trace of it or the whole of it, and after the retry the whole of it, once. It prints what it
counted, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from flightrules.service.config.start import start

start()

from django.apps import apps  # noqa: E402
from django.db import connection, connections  # noqa: E402

from flightrules.service.emergencies.models import Classification  # noqa: E402
from flightrules.service.people.models import SigningSession  # noqa: E402
from flightrules.service.readiness.models import Approval  # noqa: E402
from flightrules.service.records.models import Entry  # noqa: E402
from flightrules.service.records.tags import Tag  # noqa: E402
from service.faults_platform.killing import ACTS, Scene, added  # noqa: E402

LONGER = 1.5
"""How far beyond the usual time of a commit a kill may come: some are told of their commit before they die."""

_MADE = (SigningSession, Approval, Classification)
_TABLES = [model._meta.db_table for model in apps.get_models()]
_NOTED = Tag.ACT_DENIED


def counts() -> dict[str, tuple[int, str]]:
    """How many rows each table holds, in one statement."""
    quoted = connection.ops.quote_name
    each = (f"SELECT '{name}', count(*) FROM {quoted(name)}" for name in _TABLES)  # noqa: S608 -- our tables
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {name: (number, "") for name, number in cursor.fetchall()}


def put_back(scene: Scene) -> None:
    """As it was before the act, so that the next one comes to the same."""
    for model in _MADE:
        model.objects.all()._raw_delete("default")
    scene.lane.put_back(scene.moment)


def told(scene: Scene, key: str, line: int) -> None:
    """Ask, and say on the line when each commit begins and how long it took; then what was answered."""
    commit = connection._commit

    def committed() -> None:
        began = time.perf_counter()
        os.write(line, b"c\n")
        commit()
        os.write(line, b"%d\n" % int((time.perf_counter() - began) * 1e6))

    connection._commit = committed
    answer = scene.ask(key)
    os.write(line, b"a %d " % answer.status_code + answer.content + b"\n")


def in_a_child(work: Callable[[int], None]) -> tuple[int, Any]:
    """A process of its own, and the line on which it speaks."""
    connections.close_all()  # nobody inherits a connection
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        work(there)
        os._exit(0)
    os.close(there)
    return child, os.fdopen(here, "rb")


def undisturbed(scene: Scene) -> tuple[dict[str, int], list[int]]:
    """What the act leaves when nobody is killed, and the microseconds of each of its commits."""
    before = counts()
    child, line = in_a_child(lambda out: told(scene, "undisturbed", out))
    with line:
        said = line.read().split(b"\n")
    os.waitpid(child, 0)
    assert any(one.startswith(b"a 201 ") for one in said), said
    return added(before, counts()), [int(one) for one in said if one.isdigit()]


def killed_in_commit(scene: Scene, key: str, which: int, delay_s: float) -> bool:
    """Kill at this time after that commit was sent; whether the process had been answered by then."""
    child, line = in_a_child(lambda out: told(scene, key, out))
    sent, said = 0, b""
    with line:
        while sent < which:
            said += os.read(line.fileno(), 2)
            sent = said.count(b"c")
        until = time.perf_counter() + delay_s
        while time.perf_counter() < until:
            pass
        os.kill(child, signal.SIGKILL)
        said += line.read()
    os.waitpid(child, 0)
    return b"\na " in said


def settled() -> None:
    """PostgreSQL finishes a commit whose sender is dead; wait until nobody but us is connected."""
    if connection.vendor != "postgresql":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(f"{others} AND backend_type = 'client backend'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.002)
    raise AssertionError("a connection of the dead process stays")


def one_kill(scene: Scene, key: str, left: dict[str, int], spans: list[int], chance: random.Random) -> str:
    """One kill and one retry; what was found in between: ``nothing`` or ``all``, and whether it was answered."""
    put_back(scene)
    before, denied = counts(), Entry.objects.filter(tag=_NOTED).count()
    which = chance.randrange(len(spans))
    answered = killed_in_commit(scene, key, which + 1, chance.random() * LONGER * spans[which] / 1e6)
    settled()
    there = added(before, counts())
    whole = there == left
    part = {name: number for name, number in there.items() if left.get(name) != number}
    assert whole or ("decisions_signoff" not in there and "records_entry" not in there), (there, left, part)
    again = scene.ask(key)
    assert again.status_code == 201, again.content
    replayed = again.headers.get("Idempotent-Replay") == "true"
    assert replayed == whole, (replayed, there)
    assert added(before, counts()) == left, (there, added(before, counts()), left)
    third = scene.ask(key)
    assert (third.status_code, third.content) == (201, again.content)
    assert Entry.objects.filter(tag=_NOTED).count() == denied, "a retry was taken for a second act"
    return ("all" if whole else "nothing") + (" answered" if answered else "")


def main(act: str, kills: int) -> None:
    chance = random.Random(f"{act} {os.environ.get('FLIGHTRULES_KILL_SEED', '1')}")
    scene = ACTS[act]()
    put_back(scene)
    left, spans = undisturbed(scene)
    assert left["records_entry"] >= 1, left
    found = Counter(one_kill(scene, f"{act}-{number}", left, spans, chance) for number in range(kills))
    said = {"act": act, "kills": kills, "found": found, "commit_us": spans, "database": connection.vendor}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
