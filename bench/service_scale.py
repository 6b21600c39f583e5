"""10,000 criteria, or 1,000,000 test cases, in one release, judged as the worker judges them; limit 30 s.

Run: ``python bench/service_scale.py [cases] [criteria]``; one line for each, with seconds and peak memory.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime

LIMIT_S = 30


def now() -> datetime:
    """This moment; the bench is the door here."""
    return datetime.now(UTC)  # noqa: TID251 -- see above


PARTS = 100
A_GATE = 1000


def rulebook(criteria: int) -> str:
    """A rulebook with so many criteria on one report, over a hundred parts of the product."""
    rules = "".join(
        f"  c{n}: {{sentence: Overall automated pass rate >= {90 + n % 9}%"
        f" for part {n % PARTS} measured by CI}}\n"
        for n in range(criteria)
    )
    scopes = "".join(f"  part {n}: {{tests: [s{n}.*]}}\n" for n in range(PARTS))
    gates = "".join(
        f"  g{first}: {{title: Gate {first}, kind: stage, stage: s{first}, blocks: promotion, criteria: ["
        + ", ".join(f"c{n}" for n in range(first, min(first + A_GATE, criteria)))
        + "]}\n"
        for first in range(0, criteria, A_GATE)
    )
    return (
        f"flightrules: 1\nproduct: Bench\ncriteria:\n{rules}gates:\n{gates}"
        f"evidence:\n  CI: {{paths: [junit.xml]}}\nscopes:\n{scopes}"
    )


PLAIN = """\
flightrules: 1
product: Bench
criteria:
  pass-rate: {sentence: Overall automated pass rate >= 97% measured by CI}
gates:
  exit: {title: Exit, kind: exit, criteria: [pass-rate], blocks: sign-off}
evidence:
  CI: {paths: [junit.xml]}
"""


def junit(suites: int, each: int) -> bytes:
    """A JUnit report with one failure in each thousand."""
    out = io.BytesIO()
    out.write(b'<?xml version="1.0"?><testsuites>')
    for suite in range(suites):
        head = f'<testsuite name="s{suite}" tests="{each}" timestamp="{now().isoformat()}">'
        out.write(head.encode())
        for case in range(each):
            inner = b"/>"
            if (suite * each + case) % 1000 == 999:
                inner = b'><failure message="x"/></testcase>'
            out.write(
                f'<testcase classname="s{suite}.Cart" name="adds item {case}" time="0.01"'.encode() + inner
            )
        out.write(b"</testsuite>")
    out.write(b"</testsuites>")
    return out.getvalue()


def ready(key: str, text: str, data: bytes) -> str:
    """A release of a product of its own with one piece of evidence; nobody signs the rulebook here."""
    from flightrules.service.catalogue.services import open_product, propose_rulebook
    from flightrules.service.readiness.intake import Statement, take_evidence
    from flightrules.service.records import blobs
    from flightrules.service.records.actor import SYSTEM
    from flightrules.service.releases.services import open_release

    at = now()
    open_product(key=key, name="Bench", by=SYSTEM, at=at)
    edition = propose_rulebook(
        product=key, data=text.encode(), file_name="bench.yml", reason="", by=SYSTEM, at=at
    )
    edition.state, edition.adopted_at = type(edition).State.ADOPTED, at
    edition.save()
    release = str(open_release(product=key, version="1.0.0", facts={}, by=SYSTEM, at=at).key)
    digest, size = blobs.store(io.BytesIO(data), 1 << 30)
    said = Statement(method="CI", name="junit.xml")
    take_evidence(release=release, said=said, digest=digest, size=size, by=SYSTEM, at=at)
    return release


def judged(title: str, text: str, data: bytes, key: str) -> bool:
    """Adopt, bring, judge; print what it took."""
    from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
    from flightrules.service.readiness import runs
    from flightrules.service.readiness.models import GateRun
    from flightrules.service.records.actor import SYSTEM

    runs._LITTLE_BYTES = -1  # noqa: SLF001 -- all of it in the worker
    release, at = ready(key, text, data), now()
    asked = [
        runs.ask_gate_run(release=release, gate=gate, claim=None, by=SYSTEM, at=at)
        for gate in [one.id for one in rulebook_of(edition_in_force(key)).gates if one.criteria]
    ]
    began = time.perf_counter()
    for run in asked:
        runs.work_run(str(run.key), now())
    took = time.perf_counter() - began
    judged_runs = [GateRun.objects.get(pk=run.key) for run in asked]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    said = {f"{run.outcome} {run.fault}".strip() for run in judged_runs}
    print(f"{title} in {len(asked)} gates: {took:.1f} s (limit {LIMIT_S} s), peak {peak} MiB, {sorted(said)}")
    return took < LIMIT_S and all(run.judged_at for run in judged_runs)


def main(cases: int, criteria: int) -> int:
    """Both rows; 1 when one misses its limit."""
    with tempfile.TemporaryDirectory(prefix="flightrules-bench-") as home:
        os.environ["FLIGHTRULES_HOME"] = home
        from flightrules.service.config.start import start

        start()
        from flightrules.service.config.migrate import migrate

        migrate()
        met = [judged(f"{cases:,} test cases", PLAIN, junit(200, cases // 200), "cases")]
        met.append(
            judged(f"{criteria:,} criteria on 2,000 tests", rulebook(criteria), junit(PARTS, 20), "criteria")
        )
    return int(not all(met))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers or [1_000_000, 10_000])))
