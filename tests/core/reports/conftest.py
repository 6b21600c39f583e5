"""Three releases at the gate, whole, as every renderer gets them; and one from a hostile repository."""

from datetime import UTC, datetime, timedelta

import pytest

from flightrules.engine.criterion_result import Case
from flightrules.engine.evaluate import evaluate
from flightrules.engine.facts import Facts, Found
from flightrules.evidence.measurement import Evidence
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source
from flightrules.reports.report import Report
from flightrules.rules.exception_files import load_acceptances, load_waivers
from flightrules.rules.loading import load_rulebook, profile_rulebook

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

RULEBOOK = """
flightrules: 1
product: {name: Checkout, version: 4.2.1}
rulebook:
  id: checkout-web
  version: "7"
  agreed_by:
    - {name: Ana Mendes, role: qa_lead, at: 2026-09-01T09:00:00Z}
    - {name: Jun Ono, role: engineering_lead, at: 2026-09-01T09:00:00Z}
release:
  qa_lead: Ana Mendes
  window: {opens: 2026-11-27T20:00:00Z, closes: 2026-11-27T21:00:00Z, zone: Lisbon evening}
  features: [Bulk discounts, Saved baskets]
  excluded: [Gift cards]
  touches: [payment]
criteria:
  regression:
    sentence: Regression pass rate >= 97% for the checkout service measured by the nightly CI run in staging
  p1: {sentence: P1 defects open = 0 measured by JIRA}
  p2: {sentence: "P2 defects open <= 2, each with documented mitigation measured by JIRA"}
  coverage:
    sentence: Line coverage >= 80% measured by the coverage report
    enforcement: waivable
    waivable_by: [qa_lead]
  high:
    sentence: No security findings of severity HIGH measured by the ZAP scan
    enforcement: advisory
gates:
  release:
    kind: exit
    title: Exit criteria
    criteria: [regression, p1, p2, coverage, high]
    blocks: sign-off
evidence:
  nightly CI run: {paths: [junit.xml], environment: staging, covers: [regression, checkout service]}
  JIRA: {paths: [jira.json]}
  coverage report: {paths: [coverage.xml]}
  ZAP scan: {paths: [zap.sarif]}
authority: {preset: qa-led}
quarantine:
  entries:
    - {test: "suite.slow", owner: Jun Ono, reason: the sandbox times out, expires: 2026-12-01T00:00:00Z}
rollback:
  method: blue/green switch
  owner: Jun Ono
  estimated_minutes: 4
  objective: 5m
  triggers:
    errors: {signal: error_rate, factor: 5, within: 10m, baseline: before the release, source: Sentry}
    http-5xx: {signal: http_5xx_share, limit: 2, unit: "%", for: 5m, source: load balancer}
    payments: {kind: manual, signal: payment_errors, limit: 0, decided_by: [qa_lead], reason: None before.}
watch:
  on_watch: [on_call, qa_lead]
  until: 60m
  marks:
    T+0: {after: 0m, look_at: health checks, expect: green}
    T+5: {after: 5m, look_at: error rate, expect: as before}
indicators:
  churn: {kind: leading, title: Code churn, formula: 100 x changed lines / lines, unit: "%", better: lower}
  escaped: {kind: lagging, title: Escaped defects, formula: 100 x found in production / all, better: lower}
obligations:
  summary: {what: A paragraph on the release ticket., within: 2h, owner: ticket_owner}
"""

WAIVERS = """
waivers:
  - id: W-17
    criterion: coverage
    reason: the discount rules were rewritten last week
    compensating_control: an exploratory session on the discount rules
    expires: 2026-12-11T00:00:00Z
    scope: 4.2.1
    approved_by: [{name: Ana Mendes, role: qa_lead, at: 2026-11-20T10:00:00Z}]
"""

ACCEPTANCES = """
acceptances:
  - defect: PROJ-441
    title: Discount not applied on bulk orders
    severity: P2
    affected_users: about 3 % of orders
    business_impact: wrong bills and support calls
    mitigation: bulk orders are checked by hand
    monitoring: alert on tickets that say discount
    resolution_target: sprint 24
    scope: 4.2.1
    accepted_by:
      - {name: Paul Brandt, role: product_manager, at: 2026-11-20T10:00:00Z}
      - {name: Ana Mendes, role: qa_lead, at: 2026-11-20T11:00:00Z}
"""


def junit(passed, failed=0):
    cases = [f'<testcase classname="suite" name="t{at}"/>' for at in range(passed)]
    cases += [f'<testcase classname="suite" name="f{at}"><failure/></testcase>' for at in range(failed)]
    cases += ['<testcase classname="suite" name="slow"><failure/></testcase>']
    return f'<testsuite name="s">{"".join(cases)}</testsuite>'


def jira(*issues):
    from json import dumps

    found = [
        {
            "key": key,
            "fields": {
                "summary": title,
                "issuetype": {"name": "Bug"},
                "priority": {"name": level},
                "status": {"name": "Open", "statusCategory": {"key": "new"}},
            },
        }
        for key, level, title in issues
    ]
    return dumps({"startAt": 0, "maxResults": 50, "total": len(found), "issues": found})


def cobertura(covered, total=1000):
    lines = "".join(f'<line number="{at + 1}" hits="{int(at < covered)}"/>' for at in range(total))
    return (
        '<coverage line-rate="0"><packages><package name="p"><classes>'
        f'<class name="c" filename="shop/bulk.py"><lines>{lines}</lines></class>'
        "</classes></package></packages></coverage>"
    )


def sarif(findings=0):
    from json import dumps

    results = [{"ruleId": "xss", "level": "error", "message": {"text": "m"}} for _ in range(findings)]
    run = {
        "tool": {
            "driver": {"name": "zap", "rules": [{"id": "xss", "properties": {"security-severity": "8.0"}}]}
        },
        "results": results,
        "invocations": [{"executionSuccessful": True}],
    }
    return dumps({"version": "2.1.0", "runs": [run]})


class Gate:
    """Puts a release before the gate and hands back what renderers get."""

    now = NOW
    rulebook = RULEBOOK
    junit = staticmethod(junit)
    jira = staticmethod(jira)
    cobertura = staticmethod(cobertura)
    sarif = staticmethod(sarif)

    def book(self, text=RULEBOOK):
        return load_rulebook(text.encode(), ".flightrules.yml")

    def found(self, method, path, data):
        source = Source.of(data.encode(), path)
        taken = NOW - timedelta(hours=14)
        one = Evidence(
            method,
            path,
            source.digest(),
            source.size,
            read(source),
            NOW,
            taken,
            "staging",
            "4.2.1",
            "binding",
        )
        return Found((one,), (), (), (), (path,))

    def report(self, *, rulebook=RULEBOOK, waivers="", acceptances="", **given):
        book = self.book(rulebook)
        paths = {source.name: source.paths[0] for source in book.sources}
        found = {
            name: self.found(name, given.get("paths", paths).get(name, paths[name]), given[key])
            if given.get(key)
            else Found((), (), (), (), (paths[name],))
            for name, key in (
                ("nightly CI run", "tests"),
                ("JIRA", "defects"),
                ("coverage report", "coverage"),
                ("ZAP scan", "scan"),
            )
        }
        waived = load_waivers(waivers.encode()) if waivers else ()
        accepted = load_acceptances(acceptances.encode()) if acceptances else ()
        case = Case(book, Facts(found, {}), NOW, "4.2.1", None, accepted, "a" * 64)
        return Report(evaluate(book.gates[0], case, waived), book)

    def go(self):
        return self.report(tests=junit(1190, 14), defects=jira(), coverage=cobertura(846), scan=sarif())

    def no_go(self):
        return self.report(
            tests=junit(83, 8),
            defects=jira(
                ("PROJ-501", "P1", "Payment confirmation not sent"), ("PROJ-482", "P3", "Tooltip misaligned")
            ),
            coverage=cobertura(763),
            scan=sarif(2),
        )

    def conditional(self):
        return self.report(
            tests=junit(1190, 14),
            defects=jira(("PROJ-441", "P2", "Discount not applied on bulk orders")),
            coverage=cobertura(763),
            scan=sarif(),
            waivers=WAIVERS,
            acceptances=ACCEPTANCES,
        )

    def hold(self):
        return self.report(tests=junit(1190, 14), defects=jira(), scan=sarif())

    def nothing(self):
        """No rulebook and no evidence: what a first run shows."""
        book = profile_rulebook("web-feature")
        found = {source.name: Found((), (), (), (), source.paths) for source in book.sources}
        case = Case(book, Facts(found, {}), NOW, "", None, ())
        return Report(evaluate(book.exit_gate(), case, ()), book)


@pytest.fixture
def gate():
    """The gate."""
    return Gate()


VERDICTS = ("go", "no_go", "conditional")


@pytest.fixture(params=VERDICTS)
def verdict_name(request):
    """One of the three verdicts."""
    return request.param
