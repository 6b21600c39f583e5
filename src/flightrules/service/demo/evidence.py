"""Evidence of the made-up shop, written as its tools would: small, and of the moment that the story needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

__all__ = ["RULEBOOK", "changes", "coverage", "junit", "tracker"]

RULEBOOK = """\
# What the made-up shop has agreed on: quality, engineering and product signed it before the pressure came.
flightrules: 1
product: {name: Demo shop, description: "Cart, prices and payment of a shop that does not exist"}
rulebook: {id: demo-shop, version: "1"}
criteria:
  smoke:
    sentence: Smoke suite pass rate >= 95% measured by the smoke run
    category: Environment readiness
  overall-pass:
    sentence: Overall automated pass rate >= 97% measured by the CI pipeline
    category: Pass rate
  coverage:
    sentence: Line coverage >= 80% measured by the coverage report
    enforcement: waivable
    waivable_by: [qa_lead]
    category: Coverage
  p1-open:
    sentence: P1 defects open = 0 measured by the issue tracker
    category: Open defects
  p2-open:
    sentence: P2 defects open <= 2 measured by the issue tracker
    category: Open defects
gates:
  entry: {title: Entry criteria, kind: entry, criteria: [smoke], blocks: start of testing}
  exit:
    title: Exit criteria
    kind: exit
    criteria: [overall-pass, coverage, p1-open, p2-open]
    blocks: sign-off
  hotfix:
    title: Emergency gate
    kind: exit
    criteria: [smoke, overall-pass, coverage, p1-open]
    blocks: emergency release
evidence:
  smoke run: {paths: [smoke.xml], covers: [smoke]}
  CI pipeline: {paths: ["junit/*.xml"]}
  coverage report: {paths: [coverage.info]}
  issue tracker: {paths: [tracker.json]}
environments:
  sit: {title: Integration}
  uat: {title: User acceptance, requires_pass_in: [sit]}
  prod: {title: Production, requires_pass_in: [uat], production: yes}
tracks:
  standard: {title: Standard, gates: [exit]}
  emergency:
    title: Emergency
    gates: [hotfix]
    classifier: [cto_vp_eng]
    classified_in_writing: yes
    approver: [cto_vp_eng]
    quorum: 1
    relaxes: [coverage]
    never_relaxes: [p1-open]
    scope_locked: yes
    max_share: 10 %
authority:
  preset: qa-led
  negotiated_by: [qa_lead, engineering_lead, product_owner]
  roles:
    engineering_lead: {may_sign: yes, may_block: yes}
    operations: {may_sign: yes, may_block: yes}
    cto_vp_eng: {may_sign: yes, may_accept: yes, may_override: yes, may_waive: yes}
  acts:
    authorisation:
      accountable: product_owner
      signers: [product_owner, engineering_lead, operations]
      quorum: 3
  escalation:
    L1: {title: Team, contacts: [qa_lead, engineering_lead], respond_within: 30m}
    L2: {title: Across teams, contacts: [release_manager, product_owner], respond_within: 1h}
    L3: {title: Management, contacts: [cto_vp_eng], respond_within: 2h}
rollback:
  method: The load balancer goes back to the former release.
  owner: On call
  estimated_minutes: 4
  triggers:
    error-rate: {signal: error_rate, factor: 5, within: 10m, baseline: before the release, source: monitoring}
    http-5xx: {signal: http_5xx_share, limit: 2, unit: "%", for: 5m, source: load balancer}
"""


def junit(suite: str, names: tuple[str, ...], failing: tuple[str, ...], at: datetime) -> bytes:
    """A JUnit report: every test ten times with other data, the failing ones once each time."""
    cases, failures = [], 0
    for name in names:
        for number in range(10):
            failed = name in failing and number < 5  # noqa: PLR2004 -- every other data set fails
            failures += failed
            inner = f"<failure message={quoteattr(f'{name} gave another total')}/>" if failed else ""
            label = quoteattr(f"{name} [{number}]")
            cases.append(f'<testcase classname={quoteattr(suite)} name={label} time="0.2">{inner}</testcase>')
    head = (
        f'<testsuite name={quoteattr(suite)} tests="{len(cases)}" failures="{failures}" '
        f'errors="0" skipped="0" timestamp="{_moment(at)}">'
    )
    return f'<?xml version="1.0"?>\n<testsuites>{head}{"".join(cases)}</testsuite></testsuites>\n'.encode()


def coverage(covered: int, total: int) -> bytes:
    """Line coverage in lcov's form."""
    lines = "".join(f"DA:{line},{int(line <= covered)}\n" for line in range(1, total + 1))
    return f"TN:demo\nSF:shop/cart.py\n{lines}LF:{total}\nLH:{covered}\nend_of_record\n".encode()


def tracker(defects: tuple[tuple[str, str, str], ...], at: datetime) -> bytes:
    """Open defects as number, severity and title, and one that is done."""
    listed = [
        {"id": number, "title": title, "severity": severity, "state": "open", "type": "bug"}
        for number, severity, title in defects
    ]
    done = {
        "id": "DEMO-1",
        "title": "Prices show three decimals",
        "severity": "P3",
        "state": "done",
        "type": "bug",
    }
    head = {"flightrules": "evidence/1", "tool": "demo tracker", "taken_at": _moment(at)}
    return json.dumps({**head, "defects": [*listed, done]}, indent=1).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def changes(*paths: str) -> bytes:
    """What ``flightrules push`` sends of a change: git's own diff, one line in each file."""
    head = f'flightrules-changes/1 {{"base": "main", "merge_base": "{"a" * 40}", "tracked": []}}\n'
    files = (
        f"diff --git a/{path} b/{path}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n"
        "@@ -1 +1 @@\n-one\n+two\n"
        for path in paths
    )
    return (head + "".join(files)).encode()
