"""A script: rounds in which several clients act at the same moment, each through one of two web processes.

    python racing.py ROUNDS PORT PORT

It runs in the environment of an office. After every round it looks at the database: at most one vote a seat
and a person, one decision, one entry for each act that was accepted, one for each that was refused, and an
answer to everybody. It prints what it counted, as JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from flightrules.service.config.start import start

start()

from django.db import connections  # noqa: E402

from flightrules.service.decisions.models import Decision, Override, SignOff  # noqa: E402
from flightrules.service.records.models import Entry  # noqa: E402
from flightrules.service.records.tags import Tag  # noqa: E402
from service.faults_platform.lanes import (  # noqa: E402
    Lane,
    account_of,
    agreement,
    deputy_of,
    dissent,
    lane_to_go,
    lane_to_override,
    person,
    shop_here,
)
from service.shop import junit  # noqa: E402

LANES = 2
SIGNED, DECIDED, DENIED, BROUGHT = (
    Tag.SIGNED_OFF,
    Tag.DECISION_RECORDED,
    Tag.ACT_DENIED,
    Tag.EVIDENCE_RECEIVED,
)
_lines = threading.local()


@dataclass
class Asked:
    """One request of a round."""

    who: Any
    path: str
    body: Any
    port: int


@dataclass
class Answer:
    """What came of it."""

    status: int
    content: dict[str, Any]

    @property
    def code(self) -> str:
        return self.content.get("code", "")


def send(asked: Asked) -> Answer:
    """One request on a line that is kept."""
    lines = _lines.__dict__.setdefault("kept", {})
    line = lines.setdefault(asked.port, http.client.HTTPConnection("127.0.0.1", asked.port, timeout=60))
    raw = isinstance(asked.body, bytes)
    kind = "application/octet-stream" if raw else "application/json"
    headers = {"Authorization": f"Bearer {asked.who.token}", "Content-Type": kind}
    line.request("POST", f"/api/v1{asked.path}", asked.body if raw else json.dumps(asked.body), headers)
    answer = line.getresponse()
    return Answer(answer.status, json.loads(answer.read() or b"{}"))


class Track:
    """A lane to go and one to override, with all who race on them."""

    def __init__(self, shop: Any, number: int, ports: list[int], *, adopted: bool) -> None:
        self.cto, self.both = person("cto"), person("qa-lead", "cto")
        self.go = lane_to_go(shop, f"5.{number}.0", adopted=adopted)
        self.override = lane_to_override(shop, self.cto, f"6.{number}.0")
        self.shop, self.ports = shop, ports
        self.deputy = deputy_of(shop.owner, "product-owner")
        self.other, self.again = account_of(shop.owner.key), account_of(self.both.key)
        self.go.people += [self.deputy, self.other]
        self.override.people += [self.both, self.again]
        self.threads = ThreadPoolExecutor(4)

    def at_once(self, lane: Lane, *asked: tuple[Any, str, Any]) -> list[Answer]:
        """The answers, in the order of what was asked."""
        together = threading.Barrier(len(asked))

        def one(ask: Asked) -> Answer:
            together.wait()
            return send(ask)

        refused = Entry.objects.filter(subject=f"release/{lane.release}", tag=DENIED).count()
        known = set(SignOff.objects.filter(release=lane.release).values_list("key", flat=True))
        asks = [Asked(*parts, port) for parts, port in zip(asked, cycle(self.ports), strict=False)]
        answers = list(self.threads.map(one, asks))
        self._look(lane, known, answers)
        denied = Entry.objects.filter(subject=f"release/{lane.release}", tag=DENIED).count() - refused
        assert denied == sum(one.status >= 400 for one in answers), (denied, answers)
        return answers

    def _look(self, lane: Lane, known: set[Any], answers: list[Answer]) -> None:
        signed = set(SignOff.objects.filter(release=lane.release).values_list("key", flat=True)) - known
        told = Entry.objects.filter(tag=SIGNED, subject__in=[f"sign-off/{one}" for one in signed])
        assert told.count() == len(signed), (answers, signed)
        decided = [
            str(one) for one in Decision.objects.filter(release=lane.release).values_list("key", flat=True)
        ]
        entries = Counter(
            Entry.objects.filter(tag=DECIDED, subject__in=[f"decision/{one}" for one in decided]).values_list(
                "subject", flat=True
            )
        )
        assert entries == {f"decision/{one}": 1 for one in decided}, answers
        accepted = [one for one in answers if one.status == 201 and "method" not in one.content]
        assert len(signed) == len(accepted), answers

    # --- the rounds

    def a_seat(self) -> list[Answer]:
        """The holder, the holder again and the deputy vote for one seat."""
        lane = self.go
        lane.put_back("vote")
        path = f"/polls/{lane.case.poll}/votes"
        body = {"choice": "go", "role": "product-owner", "dossier": lane.digest}
        owner = self.shop.owner
        answers = self.at_once(lane, *((who, path, body) for who in (owner, self.deputy, owner)))
        return self._one_vote(answers)

    def a_person(self) -> list[Answer]:
        """One person votes from two accounts, for and against."""
        lane = self.go
        lane.put_back("vote")
        path = f"/polls/{lane.case.poll}/votes"
        body = {"choice": "go", "role": "product-owner", "dossier": lane.digest}
        against = {**body, "choice": "no-go", "reason": "The provider is down."}
        return self._one_vote(self.at_once(lane, (self.shop.owner, path, body), (self.other, path, against)))

    def _one_vote(self, answers: list[Answer]) -> list[Answer]:
        assert [one.status for one in answers].count(201) == 1, answers
        assert all(one.status in (201, 401, 409) for one in answers), answers
        live = SignOff.objects.filter(poll=self.go.case.poll, act="vote", voided_at__isnull=True)
        assert live.count() == 1
        return answers

    def a_decision(self) -> list[Answer]:
        """One poll is decided GO by its holder, and NO-GO by the deputy and from another account."""
        lane = self.go
        lane.put_back("decide")
        path = f"/polls/{lane.case.poll}/decision"
        go = {"outcome": "GO", "dossier": lane.digest}
        no = {"outcome": "NO-GO", "dossier": lane.digest, "reason": "The provider is down."}
        answers = self.at_once(
            lane, (self.shop.owner, path, go), (self.deputy, path, no), (self.other, path, no)
        )
        assert sorted(one.status for one in answers) == [201, 409, 409], answers
        assert Decision.objects.filter(release=lane.release).count() == 1
        return answers

    def two_sides(self) -> list[Answer]:
        """Both sides of an override sign at the same moment: the last of them decides, once."""
        lane = self.override
        lane.put_back("sign")
        path = f"/overrides/{lane.case.poll}/signatures"
        answers = self.at_once(lane, (self.shop.qa, path, dissent(lane)), (self.cto, path, agreement(lane)))
        assert [one.status for one in answers] == [201, 201], answers
        assert self._overridden() == 1
        return answers

    def one_on_both_sides(self) -> list[Answer]:
        """One person with both roles signs both sides at the same moment, from two accounts."""
        lane = self.override
        lane.put_back("sign")
        Override.objects.filter(pk=lane.case.poll).update(receipt_by=self.both.key)
        path = f"/overrides/{lane.case.poll}/signatures"
        answers = self.at_once(lane, (self.both, path, dissent(lane)), (self.again, path, agreement(lane)))
        assert sorted(one.status for one in answers) == [201, 409], answers
        assert self._overridden() == 0
        return answers

    def _overridden(self) -> int:
        return Decision.objects.filter(release=self.override.release, outcome="GO BY OVERRIDE").count()

    def late_evidence(self) -> list[Answer]:
        """A red report comes in while it is decided: one of the two is refused because of the other."""
        lane = self.go
        lane.put_back("decide")
        report = f"/releases/{lane.release}/evidence?method=CI+pipeline&name=late.out"
        answers = self.at_once(
            lane,
            (self.shop.owner, f"/polls/{lane.case.poll}/decision", {"outcome": "GO", "dossier": lane.digest}),
            (self.shop.ci, report, self.red),
        )
        decided, brought = answers
        assert sorted(one.status for one in answers) == [201, 409], answers
        if decided.status == 201:
            assert brought.code == "E_RELEASE_STATE", answers
        else:
            assert decided.code in ("E_DOSSIER_STALE", "E_RUN_STALE"), answers
            assert not Decision.objects.filter(release=lane.release).exists()
        return answers

    red = junit(90, 10)

    def rounds(self) -> Iterator[Callable[[], list[Answer]]]:
        return cycle(
            [
                self.a_seat,
                self.a_person,
                self.a_decision,
                self.two_sides,
                self.one_on_both_sides,
                self.late_evidence,
            ]
        )


def run(track: Track, turns: Iterator[int]) -> tuple[Counter[str], Counter[str]]:
    """One track's share of the rounds."""
    done, answers = Counter[str](), Counter[str]()
    try:
        for play, _ in zip(track.rounds(), turns, strict=False):
            found = play()
            done[play.__name__] += 1
            answers.update(f"{one.status} {one.code}".strip() for one in found)
    finally:
        connections.close_all()
        track.threads.shutdown()
    return done, answers


def main(rounds: int, ports: list[int]) -> None:
    tracks = [Track(shop_here(), number, ports, adopted=number == 0) for number in range(LANES)]
    before = Counter(Entry.objects.filter(tag__in=(SIGNED, DECIDED)).values_list("tag", flat=True))
    began, turns = time.monotonic(), iter(range(rounds))
    with ThreadPoolExecutor(LANES) as pool:
        parts = list(pool.map(lambda one: run(one, turns), tracks))
    took = time.monotonic() - began
    after = Counter(Entry.objects.filter(tag__in=(SIGNED, DECIDED)).values_list("tag", flat=True))
    done, answers = sum((one for one, _ in parts), Counter()), sum((one for _, one in parts), Counter())
    said = {
        "rounds": sum(done.values()),
        "by_kind": dict(sorted(done.items())),
        "seconds": round(took, 1),
        "a_second": round(sum(done.values()) / took, 2),
        "load": round(os.getloadavg()[0], 1),
        "answers": dict(sorted(answers.items())),
        "entries": dict(sorted((after - before).items())),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(one) for one in sys.argv[2:]])
