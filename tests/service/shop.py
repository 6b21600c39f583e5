"""A made-up shop for stories: its rulebook, its people, its evidence, and the way from nothing to a release."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from people_stories import prove_now
from service import put_back

RULEBOOK = """\
flightrules: 1
product: Shop
criteria:
  smoke:
    sentence: Smoke suite pass rate >= 95% measured by the smoke run
  pass-rate:
    sentence: Overall automated pass rate >= 97% measured by the CI pipeline
  coverage:
    sentence: Line coverage >= 80% measured by the coverage report
    enforcement: waivable
    waivable_by: [qa_lead]
  p1-open:
    sentence: P1 defects open = 0 measured by the issue tracker
  p2-open:
    sentence: P2 defects open <= 2 measured by the issue tracker
gates:
  entry: {title: Entry criteria, kind: entry, criteria: [smoke], blocks: start of testing}
  exit: {title: Exit criteria, kind: exit, criteria: [pass-rate, coverage, p1-open, p2-open], blocks: sign-off}
evidence:
  smoke run: {paths: [smoke.xml], covers: [smoke]}
  CI pipeline: {paths: [junit.xml], max_age: 24h}
  coverage report: {paths: [coverage.xml]}
  issue tracker: {paths: [tracker.json]}
environments:
  sit: {title: Integration}
  uat: {requires_pass_in: [sit]}
  prod: {requires_pass_in: [uat], production: yes}
authority:
  preset: qa-led
  negotiated_by: [qa_lead, engineering_lead, product_owner]
"""

DIGEST = "a" * 64
OTHER_DIGEST = "b" * 64

EFFECTS = {
    "security_impact": "None: nothing that is signed in to is touched.",
    "rollback_method": "Deploy the artefact before.",
    "rollback_owner": "release-manager",
    "rollback_minutes": 10,
}
"""What every release of the shop states beside what its story is about."""


def now() -> datetime:
    """This moment: the door of the service reads the real clock, so the stories have to."""
    return datetime.now(UTC)  # noqa: TID251 -- see above


def ago(**span: float) -> str:
    """A moment so long ago, in RFC 3339; never twice the same, for reports of one run are known again."""
    return (now() - timedelta(**span)).isoformat(timespec="microseconds")


def junit(passed: int, failed: int = 0, *, at: str | None = None, suite: str = "nightly") -> bytes:
    """A JUnit report of one suite, an hour old; ``at`` empty leaves the time out."""
    at = ago(hours=1) if at is None else at
    stamp = f' timestamp="{at}"' if at else ""
    cases = "".join(f'<testcase classname="t" name="p{n}" time="0.1"/>' for n in range(passed))
    cases += "".join(
        f'<testcase classname="t" name="f{n}" time="0.1"><failure message="no"/></testcase>'
        for n in range(failed)
    )
    head = f'name="{suite}" tests="{passed + failed}" failures="{failed}" errors="0" skipped="0"{stamp}'
    return f'<?xml version="1.0"?><testsuites><testsuite {head}>{cases}</testsuite></testsuites>'.encode()


def coverage(covered: int, total: int = 100) -> bytes:
    """Line coverage in lcov's format."""
    lines = "".join(f"DA:{n + 1},{1 if n < covered else 0}\n" for n in range(total))
    return f"TN:\nSF:src/shop.py\n{lines}LF:{total}\nLH:{covered}\nend_of_record\n".encode()


def tracker(*defects: tuple[str, str]) -> bytes:
    """Open defects as pairs of number and severity."""
    listed = [
        {"id": number, "title": f"defect {number}", "severity": severity, "state": "open", "type": "bug"}
        for number, severity in defects
    ] or [{"id": "PROJ-1", "title": "an old one", "severity": "P3", "state": "done", "type": "bug"}]
    return json.dumps(
        {"flightrules": "evidence/1", "tool": "tracker", "taken_at": ago(minutes=30), "defects": listed}
    ).encode()


@dataclass
class Shop:
    """The people of the shop, each at the REST door."""

    qa: Any
    engineering: Any
    owner: Any
    manager: Any
    product_manager: Any
    ci: Any
    stranger: Any
    key: str = "shop"

    def adopt(self, text: str = RULEBOOK) -> dict[str, Any]:
        """Have a rulebook proposed and signed by all three parties."""
        return put_back.once(("adopted", text), lambda: self._adopt(text))

    def _adopt(self, text: str) -> dict[str, Any]:
        made = self.propose(text)
        assert made.status_code == 201, made.content
        number = made.json()["number"]
        for who, role in self.parties():
            answer = self.sign(who, role, number)
            assert answer.status_code == 201, answer.content
        return answer.json()

    def parties(self) -> list[tuple[Any, str]]:
        return [(self.qa, "qa-lead"), (self.engineering, "engineering-lead"), (self.owner, "product-owner")]

    def propose(self, text: str = RULEBOOK, who: Any = None, **headers: str) -> Any:
        return send(who or self.qa, "POST", f"/products/{self.key}/rulebooks", text.encode(), **headers)

    def sign(self, who: Any, role: str, number: int = 1) -> Any:
        prove_now(who)
        return who.post(f"/products/{self.key}/rulebooks/{number}/signatures", {"role": role})

    def release(self, version: str = "4.3.0", **facts: Any) -> dict[str, Any]:
        made = self.manager.post("/releases", {"product": self.key, "version": version, **EFFECTS, **facts})
        assert made.status_code == 201, made.content
        return made.json()

    def bring(self, release: str, method: str, data: bytes, who: Any = None, **said: str) -> Any:
        asked = {"method": method, "name": f"{method}.out", **said}
        return send(who or self.ci, "POST", f"/releases/{release}/evidence", data, query=asked)

    def run(self, release: str, gate: str = "exit", who: Any = None, **body: Any) -> dict[str, Any]:
        made = (who or self.ci).post(f"/releases/{release}/gate-runs", {"gate": gate, **body})
        assert made.status_code == 201, made.content
        return made.json()

    def all_green(self, release: str) -> None:
        """Everything that both gates ask for."""
        for method, data in (
            ("smoke run", junit(20, suite="smoke")),
            ("CI pipeline", junit(100)),
            ("coverage report", coverage(90)),
            ("issue tracker", tracker()),
        ):
            answer = self.bring(release, method, data)
            assert answer.status_code == 201, answer.content


def send(who: Any, method: str, path: str, data: bytes, query: dict[str, str] | None = None, **headers: str):
    """A request whose body is bytes."""
    from urllib.parse import urlencode

    asked = f"?{urlencode(query)}" if query else ""
    sent = {"Authorization": f"Bearer {who.token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return who.client.generic(
        method, f"/api/v1{path}{asked}", data, content_type="application/octet-stream", headers=sent
    )
