"""A script: one act, asked of a whole service that is killed in the middle of it, worker and all, again and again.

    python serve_kills.py ACT KILLS PORT

It runs in the environment of an office. The service is started, asked, killed with SIGKILL at a random moment
of the answering, and started again; then the same is asked under the same idempotency key. What the act leaves
is there once, and the answer that was given, if one was, is the answer that is given again. It prints what it
counted, as JSON, with the slowest way back to readiness.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

from flightrules.service.config.start import start

start()

from django.db import connection  # noqa: E402

from service.faults_platform.commit_kills import counts, put_back, settled  # noqa: E402
from service.faults_platform.conftest import await_silence  # noqa: E402
from service.faults_platform.killing import ACTS, Scene, added  # noqa: E402

KEPT = frozenset({
    "decisions_signoff", "decisions_decision", "decisions_override", "readiness_waiver", "readiness_approval",
    "emergencies_classification", "obligations_obligation", "door_keptanswer", "records_entry",
})  # fmt: skip
"""What the act itself leaves; the worker writes to other tables while it is looked at."""


class Served:
    """A service of its own: web and worker in one process."""

    def __init__(self, port: int) -> None:
        self.port, self.slowest = port, 0.0
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        began = time.monotonic()
        made = subprocess.Popen(
            [sys.executable, "-m", "flightrules.cli.main", "serve", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while time.monotonic() - began < 60:
            try:
                if self._get("/healthz") == 200:
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    return made
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the service does not come back")

    def _get(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path)
            return line.getresponse().status
        finally:
            line.close()

    def die_and_return(self) -> None:
        self.end()
        settled()
        self.process = self._started()

    def end(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        await_silence(self.port)

    def ask(self, scene: Scene, key: str) -> tuple[int, bytes]:
        """Status and body; 0 where the service died first."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Authorization": f"Bearer {scene.who.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            line.request("POST", f"/api/v1{scene.path}", json.dumps(scene.body), headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            line.close()


def told() -> dict[str, tuple[int, str]]:
    return {name: number for name, number in counts().items() if name in KEPT}


def one_kill(served: Served, scene: Scene, key: str, left: dict[str, int], after_s: float) -> str:
    put_back(scene)
    before = told()
    given: list[tuple[int, bytes]] = []
    asking = threading.Thread(target=lambda: given.append(served.ask(scene, key)))
    asking.start()
    time.sleep(after_s)
    os.kill(served.process.pid, signal.SIGKILL)
    asking.join()
    served.die_and_return()
    there = added(before, told())
    assert there in ({}, left), (there, left)
    scene.lane.prove()
    status, body = served.ask(scene, key)
    assert status == 201, (status, body)
    assert added(before, told()) == left, (there, added(before, told()), left)
    [(said, heard)] = given
    assert said in (0, 201), (said, heard)
    assert not said or (there == left and heard == body), "what was acknowledged is lost"
    return "all answered" if said else "all" if there else "nothing"


def main(act: str, kills: int, port: int) -> None:
    chance = random.Random(f"{act} {os.environ.get('FLIGHTRULES_KILL_SEED', '1')}")
    scene: Any = ACTS[act]()
    served = Served(port)
    try:
        put_back(scene)
        before, began = told(), time.monotonic()  # asked of a service that has just come back, as below
        status, body = served.ask(scene, "undisturbed")
        span = time.monotonic() - began
        assert status == 201, (status, body)
        left = added(before, told())
        found = Counter(
            one_kill(served, scene, f"{act}-{number}", left, chance.random() * span * 1.2)
            for number in range(kills)
        )
    finally:
        served.end()
    said = {"act": act, "kills": kills, "found": found, "answer_s": round(span, 3), "left": left}
    said |= {"slowest_return_s": round(served.slowest, 2), "database": connection.vendor}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
